//! What `predict` says about recordings that cannot be relied on.

use serde_json::{Value, json};

use crate::adapting_model::{deaf, hearing};
use crate::support::{Folder, model, wav};

/// Return a WAV file with all samples multiplied.
fn scaled(factor: f64, seconds: f64) -> Vec<u8> {
    let mut bytes = wav(300.0, seconds);
    let (samples, _) = bytes[44..].as_chunks_mut::<2>();
    for sample in samples {
        let value = f64::from(i16::from_le_bytes(*sample)) * factor;
        *sample = (value.clamp(-32_768.0, 32_767.0) as i16).to_le_bytes();
    }
    bytes
}

#[test]
fn a_silent_recording_has_no_label() {
    let folder = Folder::new();
    folder.write("silent.wav", scaled(0.0, 1.0));
    folder.wav("tone.wav", 300.0, 1.0);
    for model in [model(), hearing()] {
        let done = folder.succeed(&format!("predict {model} --json --timeline silent.wav"));
        let row = &done.json()[0];
        for field in ["label", "confidence", "probabilities"] {
            assert_eq!(row[field], Value::Null, "{field}");
        }
        assert_eq!(row["warnings"], json!(["silent"]));
        assert_eq!(
            (&row["speech"], &row["sure"]),
            (&json!(false), &json!(false))
        );
        assert_eq!(row["segments"], json!([]));

        let done = folder.succeed(&format!("predict {model} silent.wav tone.wav"));
        let row: Vec<&str> = done
            .stdout
            .lines()
            .nth(1)
            .unwrap()
            .split_whitespace()
            .collect();
        assert_eq!(row[..2], ["silent.wav", "-"]);
        assert_eq!(row.last(), Some(&"silent"));
        assert!(!done.stdout.lines().nth(1).unwrap().contains('%'));
        assert_eq!(
            done.stderr,
            "silent: The recording is silent, so no emotion is named.\n"
        );
    }
}

#[test]
fn a_recording_without_speech_has_no_label() {
    let folder = Folder::new();
    folder.wav("tone.wav", 300.0, 1.2);
    let done = folder.succeed(&format!("predict {} --json --timeline tone.wav", deaf()));
    let row = &done.json()[0];
    assert_eq!((&row["label"], &row["sums"]), (&Value::Null, &Value::Null));
    assert_eq!(row["warnings"], json!(["no-speech"]));
    for window in row["segments"].as_array().unwrap() {
        assert_eq!(window["speech"], false);
        assert_eq!(
            (&window["label"], &window["probabilities"]),
            (&Value::Null, &Value::Null)
        );
    }
    let done = folder.succeed(&format!("predict {} --timeline tone.wav", deaf()));
    for row in done.stdout.lines().skip(1) {
        assert!(row.ends_with("no-speech") && !row.contains('%'), "{row}");
    }
    assert!(done.stderr.starts_with("no-speech: "), "{}", done.stderr);
}

#[test]
fn short_quiet_and_clipped_recordings_keep_their_label() {
    let folder = Folder::new();
    folder.write("short.wav", scaled(1.0, 0.3));
    folder.write("quiet.wav", scaled(0.003, 1.0));
    folder.write("clipped.wav", scaled(4.0, 1.0));
    let inputs = "short.wav quiet.wav clipped.wav";
    let done = folder.succeed(&format!("predict {} --json {inputs}", hearing()));
    for (row, warning) in done.json().iter().zip(["short", "quiet", "clipped"]) {
        assert_eq!(row["warnings"], json!([warning]));
        assert!(row["label"].is_string(), "{row}");
    }
    let done = folder.succeed(&format!("predict {} {inputs}", hearing()));
    assert_eq!(done.stderr.lines().count(), 3, "{}", done.stderr);
}
