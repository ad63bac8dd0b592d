//! The library answers as the program does.

use std::process::Command;

use serde_json::Value;
use undertone_answer::{RecordingFacts, Segmentation};
use undertone_audio::{DecodeOptions, Warning, decode_path};
use undertone_models::Classifier;

use crate::program::sample;
use crate::schema::violations;

#[test]
fn the_library_gives_the_answer_that_predict_prints() {
    let path = sample("sad.flac");
    let classifier = Classifier::embedded().unwrap();
    let answers = classifier.answers();
    let recording = decode_path(&path, &DecodeOptions::default()).unwrap();
    let prediction = classifier.classify(&recording).unwrap();
    let facts = RecordingFacts {
        seconds: recording.duration(),
        sample_rate: recording.sample_rate,
        channels: recording.channels,
        warnings: prediction.warnings(&Warning::of(&recording)),
    };
    let mut answer = prediction.answer(&answers, facts);
    answer.path = Some(path.display().to_string());
    answer.add_segments(Segmentation::Windows, prediction.segments(&answers));
    let answer: Value = serde_json::from_str(&serde_json::to_string(&answer).unwrap()).unwrap();

    let output = Command::new(env!("CARGO_BIN_EXE_undertone"))
        .args(["predict", "--json", "--timeline"])
        .arg(&path)
        .output()
        .unwrap();
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer, printed);
    let schema: Value = serde_json::from_str(undertone_answer::SCHEMA).unwrap();
    assert_eq!(
        violations(&schema, "/$defs/Answer", &answer),
        Vec::<String>::new()
    );
}
