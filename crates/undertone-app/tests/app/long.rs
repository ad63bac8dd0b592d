//! Recordings that are longer than half a minute: utterances, progress, cancelling, and formats.

use std::io::Write;

use serde_json::{Value, json};
use undertone_app::Limits;

use crate::docs::OpenApi;
use crate::schema::violations;
use crate::support::{Running, WAITS, settings, start, start_with, wav, wav_at};

const LINES: &str = "accept: application/x-ndjson";

/// Send a recording, and return the objects of the response, one per line.
fn told(server: &Running, recording: &[u8]) -> Vec<Value> {
    let response = server.send("POST", "/api/predict?timeline=1", &[LINES], recording);
    assert_eq!(response.status, 200, "{}", response.text());
    let text = response.text();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

#[test]
fn a_long_recording_is_answered_in_utterances() {
    let server = start();
    let long = wav_at(16_000, 41.0, 0.5);
    let response = server.post("/api/predict?picture=1", &long);
    assert_eq!(response.status, 200, "{}", response.text());
    let answer = response.json();
    assert_eq!(answer["segmentation"], "utterances");
    assert_eq!(answer["segments"].as_array().unwrap().len(), 21);
    assert_eq!(
        (&answer["seconds"], &answer["label"]),
        (&json!(41.0), &json!("positive"))
    );
    assert_eq!(answer["summary"]["speech_seconds"], 41.0);
    assert_eq!(answer["summary"]["shares"], json!({"positive": 1.0}));
    let picture = &answer["picture"];
    assert!(picture.get("mel").is_none(), "it is not decoded as a whole");
    assert_eq!(picture["peaks"]["max"].as_array().unwrap().len(), 8000);
    OpenApi::of(&server).check_schema("/components/schemas/Analysis", &answer);
    let schema: Value = serde_json::from_str(undertone_answer::SCHEMA).unwrap();
    assert_eq!(
        violations(&schema, "/$defs/Answer", &answer),
        Vec::<String>::new()
    );
}

#[test]
fn the_progress_is_told_line_by_line() {
    let server = start();
    let lines = told(&server, &wav_at(16_000, 41.0, 0.5));
    let (answer, progress) = lines.split_last().unwrap();
    assert_eq!(answer["segmentation"], "utterances");
    for line in progress {
        assert!(
            line["progress"]["seconds"].as_f64().unwrap() <= 41.5,
            "{line}"
        );
    }
    let lines = told(&server, &wav(0.5));
    assert_eq!(lines.len(), 1, "a short recording takes no time");
    assert_eq!(lines[0]["segmentation"], "windows");
    let response = server.send("POST", "/api/predict", &[LINES], b"once upon a time");
    assert_eq!(
        (response.status, response.problem()),
        (415, "not-audio".to_owned())
    );
    let long = server.send(
        "POST",
        "/api/predict",
        &[LINES],
        &wav_at(16_000, 600.0, 0.5),
    );
    assert_eq!(long.header("content-type"), Some("application/x-ndjson"));
}

#[test]
fn a_client_that_disconnects_stops_the_work() {
    let server = start();
    let recording = wav_at(WAITS, 60.0, 0.5);
    for header in ["", "accept: application/x-ndjson\r\n"] {
        let mut stream = server.connect();
        let head = format!(
            "POST /api/predict HTTP/1.1\r\nhost: localhost\r\n{header}content-length: {}\r\n\r\n",
            recording.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&recording).unwrap();
        server.wait_until("the worker is busy", |server| {
            server.metric("undertone_queue_length") == 1.0
        });
        drop(stream);
        server.wait_until("nobody waits", |server| {
            server.metric("undertone_queue_length") == 0.0
        });
    }
    // The worker waits at the gate. Behind it, the work ends at once, and the next is answered.
    server.gate.open();
    assert_eq!(server.predict(&wav(0.5)).status, 200);
}

#[test]
fn recordings_above_the_limit_are_refused() {
    let server = start_with(undertone_app::Settings {
        limits: Limits {
            max_seconds: 35.0,
            ..Limits::default()
        },
        ..settings()
    });
    let response = server.predict(&wav_at(16_000, 34.0, 0.5));
    assert_eq!(response.status, 200, "{}", response.text());
    let response = server.predict(&wav_at(16_000, 36.0, 0.5));
    assert_eq!(
        (response.status, response.problem()),
        (422, "too-long".to_owned())
    );
}

#[test]
fn an_answer_can_be_explained() {
    let server = start();
    let answer = server.post("/api/predict?why=1", &wav(0.5)).json();
    assert_eq!(
        answer["influences"],
        json!([{"start": 0.0, "end": 1.0, "change": -1.0}])
    );
    let silent = server.post("/api/predict?why=1", &wav(0.0)).json();
    assert!(
        silent.get("influences").is_none(),
        "there is nothing to explain"
    );
    assert!(server.predict(&wav(0.5)).json().get("influences").is_none());
}

#[test]
fn an_answer_can_be_saved_for_annotation_tools() {
    let server = start();
    let answer = server
        .post("/api/predict", &wav_at(16_000, 41.0, 0.5))
        .json();
    let body = answer.to_string();
    let saved = |format: &str| {
        let path = format!("/api/segments?format={format}");
        let response = server.send("POST", &path, &[], body.as_bytes());
        assert_eq!(response.status, 200, "{}", response.text());
        OpenApi::of(&server).check("POST /api/segments", &response);
        response.text()
    };
    assert!(saved("srt").starts_with("1\n00:00:00,000 --> 00:00:02,000\npositive"));
    assert!(saved("vtt").starts_with("WEBVTT"));
    assert!(saved("textgrid").contains("ooTextFile"));
    assert!(saved("audacity").starts_with("0.000000\t2.000000\tpositive"));
    assert!(saved("rttm").starts_with("SPEAKER"));
    for (path, body) in [
        ("/api/segments?format=doc", body.as_str()),
        ("/api/segments", body.as_str()),
        ("/api/segments?format=srt", "no JSON"),
        ("/api/segments?format=srt", r#"{"seconds": 1}"#),
        (
            "/api/segments?format=srt",
            r#"{"seconds": 1, "segments": [{"start": 2, "end": 1, "label": null, "confidence": null}]}"#,
        ),
    ] {
        let refused = server.send("POST", path, &[], body.as_bytes());
        assert_eq!(
            (refused.status, refused.problem()),
            (400, "bad-request".to_owned()),
            "{body}"
        );
    }
}
