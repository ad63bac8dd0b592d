//! The classes of answers: `predict --scheme`, and the sums beside them.

use serde_json::Value;

use crate::adapting_model::hearing;
use crate::support::{Folder, model};

const SENTIMENTS: [&str; 3] = ["negative", "neutral", "positive"];

fn tone() -> Folder {
    let folder = Folder::new();
    folder.wav("a.wav", 300.0, 1.0);
    folder
}

fn names(object: &Value) -> Vec<&str> {
    object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn emotions_have_their_sums_beside_them() {
    let folder = tone();
    let row = &folder
        .succeed(&format!("predict {} --json a.wav", hearing()))
        .json()[0];
    let of = |label: &str| row["probabilities"][label].as_f64().unwrap();
    let negative = of("sad") + of("angry") + of("fearful") + of("disgust");
    let positive = of("happy") + of("surprised");
    assert!((row["sums"]["negative"].as_f64().unwrap() - negative).abs() < 1e-6);
    assert!((row["sums"]["positive"].as_f64().unwrap() - positive).abs() < 1e-6);
    assert_eq!(row["sure"], true);

    let done = folder.succeed(&format!("predict {} a.wav", hearing()));
    let heading: Vec<&str> = done
        .stdout
        .lines()
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    assert_eq!(
        heading[..5],
        ["file", "label", "confidence", "sentiment", "neutral"]
    );
    let row: Vec<&str> = done
        .stdout
        .lines()
        .nth(1)
        .unwrap()
        .split_whitespace()
        .collect();
    assert!(row.iter().any(|word| SENTIMENTS.contains(word)), "{row:?}");
}

#[test]
fn a_scheme_chooses_the_classes() {
    let folder = tone();
    let summed = format!("predict {} --scheme sentiment3", hearing());
    let row = &folder
        .succeed(&format!("{summed} --json --timeline a.wav"))
        .json()[0];
    assert_eq!(names(&row["probabilities"]), SENTIMENTS);
    assert_eq!(names(&row["segments"][0]["probabilities"]), SENTIMENTS);
    // Of the sums, negative has four classes, and neutral one. As classes they count the same.
    let odds = |field: &str| {
        let of = |label: &str| row[field][label].as_f64().unwrap();
        of("negative") / of("neutral")
    };
    assert!((odds("sums") / odds("probabilities") - 4.0).abs() < 1e-4);
    assert_eq!(
        row["probabilities"][row["label"].as_str().unwrap()],
        row["confidence"]
    );
    let heading = folder.succeed(&format!("{summed} a.wav")).stdout;
    assert!(!heading.contains("sentiment"), "{heading}");

    let own = folder.succeed(&format!(
        "predict {} --json --scheme emotion7 a.wav",
        hearing()
    ));
    let default = folder.succeed(&format!("predict {} --json a.wav", hearing()));
    assert_eq!(own.stdout, default.stdout);
}

#[test]
fn a_scheme_that_the_classes_do_not_sum_to_is_refused() {
    let folder = tone();
    for scheme in ["emotion8", "emotion4"] {
        let error = folder.refuse(&format!("predict {} --scheme {scheme} a.wav", hearing()));
        let known = format!("cannot be summed to {scheme}: --scheme can be emotion7 or sentiment3");
        assert!(error.contains(&known), "{error}");
    }
    let error = folder.refuse(&format!("predict {} --scheme emotion7 a.wav", model()));
    assert!(error.contains("--scheme can be sentiment3"), "{error}");
    let row = &folder
        .succeed(&format!("predict {} --json a.wav", model()))
        .json()[0];
    assert_eq!((row.get("sums"), &row["sure"]), (None, &Value::Bool(false)));
}
