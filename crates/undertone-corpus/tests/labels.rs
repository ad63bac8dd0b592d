//! The label map of a recipe.

use undertone_corpus::{Emotion, LabelMap, LabelMapError, LabelMapping};

#[derive(Debug, serde::Deserialize, serde::Serialize)]
struct Recipe {
    #[serde(default)]
    labels: LabelMap,
}

fn emotion(word: &str) -> Emotion {
    word.parse().unwrap()
}

fn map(mappings: &[&str], ignore: &[&str]) -> Result<LabelMap, LabelMapError> {
    let mappings: Result<Vec<LabelMapping>, _> = mappings.iter().map(|text| text.parse()).collect();
    LabelMap::new(mappings?, ignore.iter().map(|word| emotion(word)))
}

#[test]
fn labels_are_mapped_and_ignored_by_any_synonym() {
    let labels = map(&["exc=joy", " boredom = sad "], &["xxx"]).unwrap();
    assert_eq!(labels.apply(emotion("excitement")), Some(Emotion::Happy));
    assert_eq!(labels.apply(emotion("bored")), Some(Emotion::Sad));
    assert_eq!(labels.apply(emotion("undecided")), None);
    assert_eq!(labels.apply(Emotion::Angry), Some(Emotion::Angry));
    let named: Vec<&str> = labels.labels().map(Emotion::name).collect();
    assert_eq!(named, ["bored", "excited", "undecided"]);
    assert!(!labels.is_empty() && LabelMap::default().is_empty());
}

#[test]
fn two_words_for_one_label_may_say_the_same() {
    assert!(map(&["bored=sad", "boredom=sadness"], &["other", "oth"]).is_ok());
}

#[test]
fn a_map_that_contradicts_itself_is_refused() {
    use LabelMapError as E;
    let [bored, excited, tired] = ["bored", "excited", "tired"].map(emotion);
    let refused = |mappings: &[&str], ignore: &[&str]| map(mappings, ignore).unwrap_err();
    assert_eq!(refused(&["bored"], &[]), E::NotAMapping("bored".into()));
    assert_eq!(refused(&["bored="], &[]), E::ToNothing { from: bored });
    let label = Emotion::Happy;
    assert_eq!(refused(&["joy=happiness"], &[]), E::ToItself { label });
    assert_eq!(
        refused(&["bored=sad", "boredom=calm"], &[]),
        E::TwoTargets {
            from: bored,
            targets: [Emotion::Sad, Emotion::Calm]
        }
    );
    assert_eq!(
        refused(&["bored=tired", "tired=sad"], &[]),
        E::Chain {
            from: bored,
            to: tired,
            next: Emotion::Sad
        }
    );
    assert_eq!(
        refused(&["bored=tired", "tired=bored"], &[]),
        E::Cycle {
            cycle: vec![bored, tired]
        }
    );
    assert_eq!(
        refused(
            &[
                "angry=bored",
                "bored=tired",
                "tired=excited",
                "excited=bored"
            ],
            &[]
        ),
        E::Cycle {
            cycle: vec![bored, tired, excited]
        }
    );
    assert_eq!(
        refused(&["bored=sad"], &["boredom"]),
        E::MappedAndIgnored { label: bored }
    );
    assert_eq!(
        refused(&["bored=sad"], &["sadness"]),
        E::TargetIgnored {
            from: bored,
            to: Emotion::Sad
        }
    );
    let circle = refused(&["bored=tired", "tired=bored"], &[]).to_string();
    assert!(
        circle.contains("\"bored\" → \"tired\" → \"bored\""),
        "{circle}"
    );
}

#[test]
fn a_recipe_states_the_map_and_gets_it_back() {
    let text = "[labels]\nmap = { excited = 'happy', boredom = 'calm' }\nignore = ['other']";
    let recipe: Recipe = toml::from_str(text).unwrap();
    assert_eq!(
        recipe.labels,
        map(&["exc=happy", "bor=calm"], &["oth"]).unwrap()
    );
    let written = toml::to_string(&recipe).unwrap();
    assert_eq!(
        toml::from_str::<Recipe>(&written).unwrap().labels,
        recipe.labels
    );
    let empty: Recipe = toml::from_str("").unwrap();
    assert!(empty.labels.is_empty());
    for (text, reason) in [
        ("map = { bored = 'tired', tired = 'bored' }", "in a circle"),
        ("map = { bored = 'sad', boredom = 'calm' }", "keep one"),
        ("maps = { bored = 'sad' }", "unknown field"),
    ] {
        let error = toml::from_str::<Recipe>(&format!("[labels]\n{text}")).unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
    }
}
