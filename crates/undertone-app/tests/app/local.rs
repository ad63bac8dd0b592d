//! The engine of a page without a server says what the server says.

use serde_json::{Value, json};
use undertone_app::{LocalEngine, LocalRequest, Problem, Recognizer, model_document};

use crate::adaptive::{Adaptive, start_adaptive};
use crate::support::{wav, wav_at};

fn engine() -> LocalEngine {
    LocalEngine::new(Adaptive, || 0.0)
}

/// Return an answer without its times and the name of its file.
fn comparable(mut answer: Value) -> Value {
    let members = answer.as_object_mut().unwrap();
    members.remove("milliseconds");
    members.remove("path");
    answer
}

fn predicted(engine: &LocalEngine, file: &[u8], request: &LocalRequest<'_>) -> Value {
    let answer = engine.predict(file.to_vec(), request, &mut |_| ());
    serde_json::from_str(&answer.unwrap()).unwrap()
}

fn kind(problem: &Problem) -> Value {
    json!(problem)["type"].clone()
}

#[test]
fn answers_are_those_of_the_server() {
    let (server, engine) = (start_adaptive(), engine());
    for recording in [wav(0.5), wav(0.0), wav(0.005), wav_at(16_000, 6.0, 0.5)] {
        for (path, detail, why) in [
            ("/api/predict", false, false),
            ("/api/predict?timeline=1&picture=1", true, false),
            ("/api/predict?why=1", false, true),
        ] {
            let request = LocalRequest {
                detail,
                why,
                ..LocalRequest::default()
            };
            let expected = server.post(path, &recording).json();
            let found = predicted(&engine, &recording, &request);
            assert_eq!(comparable(found), comparable(expected), "{path}");
        }
    }
}

#[test]
fn a_voice_is_heard_as_by_the_server() {
    let (server, engine) = (start_adaptive(), engine());
    let recording = wav(0.5);
    let new = LocalRequest {
        voice: Some(b""),
        ..LocalRequest::default()
    };
    let first = predicted(&engine, &recording, &new);
    let expected = server.post("/api/predict?voice=1", &recording).json();
    assert_eq!(comparable(first.clone()), comparable(expected));
    let profile = first["voice"].to_string();
    let known = LocalRequest {
        voice: Some(profile.as_bytes()),
        ..LocalRequest::default()
    };
    let second = predicted(&engine, &recording, &known);
    assert_eq!(second["label"], "happy");
    assert_eq!(second["adapted"]["recordings"], 1);
    assert_eq!(second["voice"]["recordings"], 2);
    let foreign = LocalRequest {
        voice: Some(br#"{"model":"other"}"#),
        ..LocalRequest::default()
    };
    let refused = engine.predict(recording, &foreign, &mut |_| ());
    assert_eq!(kind(&refused.unwrap_err()), "urn:undertone:voice");
}

#[test]
fn what_the_server_refuses_is_refused_with_the_same_words() {
    let (server, engine) = (start_adaptive(), engine());
    for file in [
        &b"no recording"[..],
        b"",
        b"RIFF",
        &wav_at(16_000, 0.05, 0.5),
    ] {
        let request = LocalRequest::default();
        let problem = engine.predict(file.to_vec(), &request, &mut |_| ());
        let expected = server.predict(file).json();
        if expected["type"] == "urn:undertone:bad-request" {
            continue; // the server says that the body is empty
        }
        assert_eq!(json!(problem.unwrap_err()), expected);
    }
}

#[test]
fn samples_are_classified_without_a_file() {
    let engine = engine();
    let loud = engine.classify([0.5, -0.5].repeat(16_000), 16_000).unwrap();
    let loud: Value = serde_json::from_str(&loud).unwrap();
    assert_eq!(
        (&loud["seconds"], &loud["speech"]),
        (&2.0.into(), &true.into())
    );
    for (samples, rate, expected) in [
        (vec![f32::NAN; 16_000], 16_000, "broken"),
        (vec![0.5; 16_000], 0, "broken"),
        (vec![0.5; 16_000], u32::MAX, "broken"),
        (Vec::new(), 16_000, "too-short"),
        (vec![0.5; 10], 16_000, "too-short"),
    ] {
        let problem = engine.classify(samples, rate).unwrap_err();
        assert_eq!(kind(&problem), format!("urn:undertone:{expected}"));
    }
}

#[test]
fn live_mode_hears_a_voice_and_adapts() {
    let engine = engine();
    let mut listening = engine.listen(r#"{"sample_rate":16000}"#).unwrap();
    let fifth: Vec<u8> = [0, 64, 0, 192].repeat(1600);
    let mut last = Value::Null;
    for _ in 0..100 {
        listening.push(&fifth).unwrap();
        if let Some(text) = engine.heard(&mut listening).unwrap() {
            last = serde_json::from_str(&text).unwrap();
        }
        assert!(engine.heard(&mut listening).unwrap().is_none(), "said once");
    }
    assert_eq!(last["label"], "happy", "{last}");
    assert_eq!(last["received"], 320_000);
    assert!(last["adapted_seconds"].as_f64().unwrap() >= 10.0);
    engine.control(&mut listening, r#"{"reset":true}"#).unwrap();
    listening.push(&fifth).unwrap();
    let text = engine.heard(&mut listening).unwrap().unwrap();
    let reset: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&reset["label"], &reset["adapted_seconds"]),
        (&"angry".into(), &0.0.into())
    );

    assert!(listening.push(&[0]).is_err(), "half a sample");
    assert!(engine.control(&mut listening, "{").is_err());
    assert!(engine.listen(r#"{"sample_rate":1}"#).is_err());
}

#[test]
fn a_timeline_is_written_as_by_the_server() {
    let (server, engine) = (start_adaptive(), engine());
    let request = LocalRequest {
        detail: true,
        ..LocalRequest::default()
    };
    let answer = predicted(&engine, &wav_at(16_000, 6.0, 0.5), &request);
    for format in ["srt", "vtt", "textgrid", "audacity", "rttm"] {
        let path = format!("/api/segments?format={format}");
        let expected = server.post_json(&path, &answer);
        let found = engine.timeline(format, &answer.to_string()).unwrap();
        assert_eq!(found, expected.text(), "{format}");
    }
    assert!(engine.timeline("docx", &answer.to_string()).is_err());
    assert!(engine.timeline("srt", "{}").is_err());
}

#[test]
fn the_model_is_described_as_by_the_server() {
    let server = start_adaptive();
    let found = model_document(Adaptive.description()).unwrap();
    let found: Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found, server.get("/api/model").json());
}
