use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::program::{sample, serve};
use crate::schema::violations;

#[test]
fn the_server_gives_the_same_result_as_predict() {
    let serving = serve(&[]);
    let stereo = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/serve/fixtures/stereo.flac");
    for path in [sample("neutral.flac"), sample("sad.flac"), stereo] {
        let output = Command::new(env!("CARGO_BIN_EXE_undertone"))
            .args(["predict", "--json", "--timeline"])
            .arg(&path)
            .output()
            .unwrap();
        let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
        let recording = fs::read(&path).unwrap();
        let (status, answer) = serving.predict("?timeline=1", &recording);
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["label"], printed["label"]);
        assert_eq!(answer["seconds"], printed["seconds"]);
        let windows = answer["segments"].as_array().unwrap();
        assert_eq!(windows.len(), printed["segments"].as_array().unwrap().len());
        for (label, found) in answer["probabilities"].as_object().unwrap() {
            let expected = printed["probabilities"][label].as_f64().unwrap();
            let found = found.as_f64().unwrap();
            assert!(
                (found - expected).abs() < 1e-5,
                "{} {label}: {found} {expected}",
                path.display()
            );
        }
        assert_eq!(answer["model"], printed["model"]);
        let members = |value: &Value| -> BTreeSet<String> {
            value.as_object().unwrap().keys().cloned().collect()
        };
        let shared: BTreeSet<String> = members(&answer)
            .intersection(&members(&printed))
            .cloned()
            .collect();
        let mut of_all = shared.clone();
        of_all.insert("path".to_owned());
        assert_eq!(
            of_all,
            members(&printed),
            "the server names all members alike"
        );
        let schema: Value = serde_json::from_str(undertone_answer::SCHEMA).unwrap();
        for answer in [&answer, &printed] {
            let found = violations(&schema, "/$defs/Answer", answer);
            assert!(found.is_empty(), "{found:#?}");
        }
    }
}

#[test]
fn the_page_and_the_model_card_are_served() {
    let serving = serve(&[]);
    let (status, page) = serving.send("GET", "/", "", b"");
    assert_eq!(status, 200);
    assert!(page.starts_with(b"<!doctype html>"));
    let (_, model) = serving.send("GET", "/api/model", "", b"");
    let model: Value = serde_json::from_slice(&model).unwrap();
    assert_eq!(model["window_seconds"], 4.0);
    let card = model["card_html"].as_str().unwrap();
    assert!(card.contains("undertone-all"), "{card}");
    assert!(
        !card.contains("pipeline_tag"),
        "the card is shown without its front matter"
    );
}

#[test]
fn accepted_requests_are_answered_after_sigterm() {
    let mut serving = serve(&[]);
    let recording = fs::read(sample("neutral.flac")).unwrap();
    let mut stream = TcpStream::connect(serving.address()).unwrap();
    write!(
        stream,
        "POST /api/predict HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n",
        recording.len()
    )
    .unwrap();
    // The request has started before the signal.
    stream.write_all(&recording[..1000]).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(200));
    serving.signal("TERM");
    std::thread::sleep(std::time::Duration::from_millis(200));
    stream.write_all(&recording[1000..]).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(serving.ended().code(), Some(0));
}
