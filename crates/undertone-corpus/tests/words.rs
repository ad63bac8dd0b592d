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
fn emotions_have_synonyms_and_other_words_are_emotions_of_their_own() {
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
    let bored: Emotion = "Boredom".parse().unwrap();
    assert_eq!((bored.name(), "bored".parse()), ("bored", Ok(bored)));
    assert!(bored > Emotion::Surprised, "known emotions come first");
    assert_eq!("NaN".parse(), Ok(Emotion::unlabeled()));
    let message = "a\nb".parse::<Emotion>().unwrap_err().to_string();
    assert!(message.contains("\"a\\nb\""), "{message}");
    assert!("x".repeat(65).parse::<Emotion>().is_err());
}

#[test]
fn the_labels_of_published_corpora_have_one_name() {
    for (name, words) in [
        // CREMA-D, IEMOCAP
        ("neutral", &["NEU", "neu"][..]),
        ("happy", &["HAP", "hap", "joy", "Happiness"]),
        ("sad", &["SAD", "sadness"]),
        ("angry", &["ANG", "anger"]),
        ("fearful", &["FEA", "fear"]),
        ("disgust", &["DIS", "Disgusted"]),
        ("excited", &["exc", "excitement"]),
        ("frustrated", &["fru", "frustration"]),
        ("other", &["oth"]),
        ("undecided", &["xxx", "No-agreement"]),
        // TESS, EmoDB and EmoBox's name for it, EmoV-DB, EMNS, RESD
        ("surprised", &["ps", "Pleasant_surprise", "surprise", "sur"]),
        ("bored", &["boredom", "boredem"]),
        ("amused", &["Amused", "amusement"]),
        ("sleepy", &["Sleepiness"]),
        ("sarcastic", &["Sarcastic"]),
        ("enthusiastic", &["enthusiasm"]),
        // JL-Corpus, MER2023
        ("anxious", &["anxious", "anxiety"]),
        ("worried", &["worried", "worry"]),
        // Not stated
        ("unlabeled", &["", "UnKnown", "<NA>", "nan"]),
    ] {
        for word in words {
            let emotion: Emotion = word.parse().unwrap();
            assert_eq!(emotion.name(), name, "{word}");
        }
    }
}

#[test]
fn sentiment_groups_the_emotions() {
    let scheme = LabelScheme::Sentiment3;
    let labels: Vec<&str> = Emotion::ALL
        .iter()
        .map(|&emotion| scheme.labels()[scheme.label_of(emotion).unwrap()])
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
        let label = scheme.label_of(emotion).unwrap();
        assert_eq!(scheme.labels()[label], emotion.name());
    }
}

#[test]
fn names_parse_back() {
    for scheme in LabelScheme::ALL.into_iter().chain([LabelScheme::Corpus]) {
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
    assert!("emotion5".parse::<LabelScheme>().is_err());
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
    assert!(with("[[balance]]\nstep = 'undersample'\nto = 'calm'").contains("no options"));
    assert!(with("[[balance]]\nstep = 'cap'\nclips = 0").contains("1 or more"));
    assert!(with("[[balance]]\nstep = 'weigh'\ncorpus = 'X'\nweight = nan").contains("above 0"));
    assert!(with("[[balance]]\nstep = 'undersample'\nseed = 1").contains("unknown field"));
    assert!(with("[[balance]]\nstep = 'smote'").contains("unknown variant"));
    let typo = recipe("scheme = 'emotion8'\nprotocol = { name = 'speakers', fold = 3 }");
    assert!(typo.unwrap_err().contains("unknown field `fold`"));
}

#[test]
fn a_recipe_can_define_classes() {
    let text = "
        protocol = { name = 'all' }
        [scheme]
        name = 'stress'
        labels = ['tense', 'relaxed']
        classes = { relaxed = ['calm', 'boredom'], tense = ['anger'] }";
    let scheme = recipe(text).unwrap().scheme;
    assert_eq!(
        (scheme.name(), scheme.labels()),
        ("stress", &["tense", "relaxed"][..])
    );
    assert_eq!(scheme.label_of("bored".parse().unwrap()), Some(1));
    assert_eq!(scheme.label_of(Emotion::Happy), None);
    let written = toml::to_string(&recipe(text).unwrap()).unwrap();
    assert_eq!(recipe(&written).unwrap().scheme, scheme);
}

#[test]
fn two_words_for_one_emotion_in_one_class_count_once() {
    let text = "
        protocol = { name = 'all' }
        [scheme]
        classes = { low = ['sad', 'sadness', 'bored', 'boredom'], high = ['joy'] }";
    let scheme = recipe(text).unwrap().scheme;
    let bored = "bored".parse().unwrap();
    assert_eq!(scheme.emotions(), [Emotion::Happy, Emotion::Sad, bored]);
    assert_eq!(scheme.emotions_of(1), [Emotion::Sad, bored]);
}

#[test]
fn classes_that_contradict_each_other_are_refused() {
    let with = |scheme: &str| {
        recipe(&format!(
            "protocol = {{ name = 'all' }}\n[scheme]\n{scheme}"
        ))
        .unwrap_err()
    };
    let shared = with("classes = { a = ['joy', 'sad'], b = ['happy'] }");
    assert!(shared.contains("\"happy\" is in two classes"), "{shared}");
    assert!(with("classes = { a = ['sad'] }").contains("at least two classes"));
    assert!(with("classes = { a = ['sad'], b = [] }").contains("\"b\" has no emotion"));
    let labels = with("labels = ['a']\nclasses = { a = ['sad'], b = ['happy'] }");
    assert!(labels.contains("must name each class"), "{labels}");
    let classes = "classes = { a = ['sad'], b = ['happy'] }";
    for scheme in LabelScheme::ALL {
        let name = with(&format!("name = '{scheme}'\n{classes}"));
        assert!(name.contains("is a built-in label scheme"), "{name}");
    }
    let unlabeled = with("classes = { a = ['sad', 'none'], b = ['happy'] }");
    assert!(
        unlabeled.contains("\"a\" names clips without"),
        "{unlabeled}"
    );
}

#[test]
fn classes_sum_to_coarser_ones() {
    let sentiment = LabelScheme::Sentiment3;
    let sums = LabelScheme::Emotion4.classes_in(&sentiment);
    assert_eq!(sums, Some(vec![0, 2, 1, 0]));
    assert_eq!(
        LabelScheme::Emotion8.classes_in(&LabelScheme::Emotion4),
        None
    );
    assert_eq!(sentiment.classes_in(&LabelScheme::Emotion4), None);
}
