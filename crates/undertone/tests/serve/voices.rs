//! A model that adapts to voices and detects speech, behind the server.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::adapting_model::{deaf, hearing};
use crate::program::{Serving, sample, serve};

const FIRST: &str = "neutral.flac";
const SECOND: &str = "sad.flac";

/// Return what a command prints with `--model` and a model.
fn run(command: &str, model: &str, arguments: &[&str]) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_undertone"));
    program
        .arg(command)
        .args(model.split_whitespace())
        .args(arguments);
    let output = program.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn predicted(model: &str, arguments: &[&str]) -> Value {
    serde_json::from_str(&run("predict", model, &[&["--json"], arguments].concat())).unwrap()
}

fn started(model: &str, arguments: &[&str]) -> Serving {
    let model: Vec<&str> = model.split_whitespace().collect();
    serve(&[&model, arguments].concat())
}

fn path(name: &str) -> String {
    sample(name).display().to_string()
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(sample(name)).unwrap()
}

/// Send a recording with the profile of its voice.
fn with_voice(serving: &Serving, recording: &[u8], voice: &Value) -> (u16, Value) {
    let mut body = b"--part\r\ncontent-disposition: form-data; name=\"voice\"\r\n\r\n".to_vec();
    body.extend(voice.to_string().bytes());
    body.extend(b"\r\n--part\r\ncontent-disposition: form-data; name=\"file\"; ");
    body.extend(b"filename=\"a.flac\"\r\n\r\n");
    body.extend(recording);
    body.extend(b"\r\n--part--\r\n");
    let header = "content-type: multipart/form-data; boundary=part\r\n";
    let (status, answer) = serving.send("POST", "/api/predict", header, &body);
    (status, serde_json::from_slice(&answer).unwrap())
}

/// Check that the server's answer has the probabilities that `predict` printed.
fn assert_same(answer: &Value, printed: &Value) {
    assert_eq!(answer["label"], printed["label"]);
    assert_eq!(
        (&answer["sure"], &answer["speech"]),
        (&printed["sure"], &printed["speech"])
    );
    assert_eq!(answer["warnings"], printed["warnings"]);
    for field in ["probabilities", "sums"] {
        let Some(values) = answer[field].as_object() else {
            assert_eq!(answer.get(field), printed.get(field), "{field}");
            continue;
        };
        assert_eq!(values.len(), printed[field].as_object().unwrap().len());
        for (label, found) in values {
            let expected = printed[field][label].as_f64().unwrap();
            let found = found.as_f64().unwrap();
            assert!(
                (found - expected).abs() < 1e-5,
                "{field}: {label} {found} {expected}"
            );
        }
    }
}

#[test]
fn a_request_is_adapted_to_the_voice_that_the_client_keeps() {
    let serving = started(&hearing(), &[]);
    let (_, alone) = serving.predict("", &bytes(SECOND));
    assert_same(&alone, &predicted(&hearing(), &[&path(SECOND)]));
    assert_eq!(alone.get("adapted"), None);

    let (status, first) = serving.predict("?voice=1", &bytes(FIRST));
    assert_eq!((status, &first["adapted"]["recordings"]), (200, &0.into()));
    let (status, second) = with_voice(&serving, &bytes(SECOND), &first["voice"]);
    assert_eq!((status, &second["adapted"]["recordings"]), (200, &1.into()));
    let printed = predicted(&hearing(), &["--voice", &path(FIRST), &path(SECOND)]);
    assert_same(&second, &printed);
    assert_eq!(second["adapted"], printed["adapted"]);
    assert_ne!(second["probabilities"], alone["probabilities"]);

    let mut damaged = first["voice"].clone();
    damaged["scores"] = Value::Null;
    let (status, problem) = with_voice(&serving, &bytes(SECOND), &damaged);
    assert_eq!(status, 422, "{problem}");
    assert!(
        problem["detail"].as_str().unwrap().contains("damaged"),
        "{problem}"
    );
}

#[test]
fn the_server_starts_from_a_profile() {
    let profile = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("served-voice.json");
    let name = profile.display().to_string();
    run(
        "voice",
        &hearing(),
        &["--force", "--out", &name, &path(FIRST)],
    );
    let serving = started(&hearing(), &["--voice", &name]);
    let (_, answer) = serving.predict("", &bytes(SECOND));
    let printed = predicted(&hearing(), &["--voice", &name, &path(SECOND)]);
    assert_same(&answer, &printed);
    let (_, answer) = serving.predict("?voice=1", &bytes(SECOND));
    assert_same(&answer, &printed);
    assert_eq!(answer["voice"]["recordings"], 2);
}

#[test]
fn the_server_answers_with_the_classes_of_a_scheme() {
    let scheme = ["--scheme", "sentiment3"];
    let serving = started(&hearing(), &scheme);
    assert_eq!(
        serving.started["labels"],
        serde_json::json!(["negative", "neutral", "positive"])
    );
    let (_, answer) = serving.predict("", &bytes(SECOND));
    let mut printed = predicted(&hearing(), &[&scheme[..], &[&path(SECOND)]].concat());
    printed.as_object_mut().unwrap().remove("sums");
    printed["sure"] = false.into();
    assert_same(&answer, &printed);
}

#[test]
fn without_speech_the_server_names_no_emotion() {
    let serving = started(&deaf(), &[]);
    let (status, answer) = serving.predict("?timeline=1", &bytes(FIRST));
    assert_eq!((status, &answer["label"]), (200, &Value::Null));
    assert_same(&answer, &predicted(&deaf(), &[&path(FIRST)]));
    assert_eq!(answer["segments"][0]["speech"], false);
}
