//! The words that recipes and manifests use: emotions, labels, genders, protocols, steps.

use undertone_corpus::{
    BalanceStep, Emotion, Gender, LabelScheme, Protocol, ProtocolConfig, Subset,
};

#[derive(Debug, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
struct Recipe {
    scheme: LabelScheme,
    protocol: ProtocolConfig,
    #[serde(default)]
    balance: Vec<BalanceStep>,
}

fn recipe(text: &str) -> Result<Recipe, String> {
    toml::from_str(text).map_err(|error| error.to_string())
}

#[test]
fn emotions_have_synonyms_and_unknown_ones_list_the_known_ones() {
    for (word, emotion) in [
        ("surprise", Emotion::Surprised),
        ("FEAR", Emotion::Fearful),
        ("anger", Emotion::Angry),
        ("happiness", Emotion::Happy),
        (" sadness ", Emotion::Sad),
    ] {
        assert_eq!(word.parse(), Ok(emotion));
    }
    for emotion in Emotion::ALL {
        assert_eq!(emotion.name().parse(), Ok(emotion));
    }
    let message = "bored".parse::<Emotion>().unwrap_err().to_string();
    assert!(
        message.contains("\"bored\"") && message.contains("neutral, calm, happy"),
        "{message}"
    );
}

#[test]
fn sentiment_groups_the_emotions() {
    let scheme = LabelScheme::Sentiment3;
    let labels: Vec<&str> = Emotion::ALL
        .iter()
        .map(|&emotion| scheme.labels()[scheme.label_of(emotion)])
        .collect();
    assert_eq!(
        labels,
        [
            "neutral", "neutral", "positive", "negative", "negative", "negative", "negative",
            "positive"
        ]
    );
    assert_eq!(LabelScheme::default(), scheme);
}

#[test]
fn emotion8_keeps_the_emotions() {
    let scheme = LabelScheme::Emotion8;
    for emotion in Emotion::ALL {
        assert_eq!(scheme.labels()[scheme.label_of(emotion)], emotion.name());
    }
}

#[test]
fn names_parse_back() {
    for scheme in LabelScheme::ALL {
        assert_eq!(scheme.to_string().parse(), Ok(scheme));
    }
    for protocol in Protocol::ALL {
        assert_eq!(protocol.to_string().parse(), Ok(protocol));
    }
    for side in [Subset::Train, Subset::Validation, Subset::Test] {
        assert_eq!(side.to_string().parse(), Ok(side));
    }
    for gender in [Gender::Female, Gender::Male] {
        assert_eq!(gender.to_string().parse(), Ok(gender));
    }
    assert!("loso".parse::<Protocol>().is_err());
    assert!("emotion7".parse::<LabelScheme>().is_err());
}

#[test]
fn a_recipe_states_scheme_protocol_and_balancing() {
    let text = "
        scheme = 'emotion8'
        [protocol]
        name = 'holdout'
        balance_before_split = true
        [[balance]]
        step = 'oversample'
        emotion = 'neutral'
        to = 'calm'
        [[balance]]
        step = 'undersample'";
    let read = recipe(text).unwrap();
    assert_eq!(read.scheme, LabelScheme::Emotion8);
    let expected = ProtocolConfig {
        balance_before_split: true,
        ..ProtocolConfig::new(Protocol::Holdout)
    };
    assert_eq!(read.protocol, expected);
    let steps = [
        BalanceStep::Oversample {
            emotion: Emotion::Neutral,
            to: Emotion::Calm,
        },
        BalanceStep::Undersample,
    ];
    assert_eq!(read.balance, steps);

    let written = recipe(&toml::to_string(&read).unwrap()).unwrap();
    assert_eq!(written.balance, steps);
    assert_eq!(written.protocol, expected);
}

#[test]
fn a_recipe_with_a_mistake_is_refused() {
    let with = |rest: &str| {
        recipe(&format!(
            "scheme = 'sentiment3'\nprotocol = {{ name = 'holdout' }}\n{rest}"
        ))
        .unwrap_err()
    };
    assert!(with("[[balance]]\nstep = 'oversample'\nemotion = 'calm'").contains("needs"));
    assert!(with("[[balance]]\nstep = 'undersample'\nto = 'calm'").contains("neither"));
    assert!(with("[[balance]]\nstep = 'undersample'\nseed = 1").contains("unknown field"));
    assert!(with("[[balance]]\nstep = 'smote'").contains("unknown variant"));
    let typo = recipe("scheme = 'emotion8'\nprotocol = { name = 'speakers', fold = 3 }");
    assert!(typo.unwrap_err().contains("unknown field `fold`"));
}
