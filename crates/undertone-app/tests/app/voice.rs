//! Speech or none, sums, schemes, and results that are adapted to a voice.

use serde_json::{Value, json};

use crate::adaptive::{LABELS, UNFAMILIAR, start_adaptive};
use crate::docs::OpenApi;
use crate::support::{Response, Running, start, wav, wav_at};

const ANALYSIS: &str = "/components/schemas/Analysis";

/// Return a recording with speech from two to four seconds of six.
fn gaps() -> Vec<u8> {
    let mut recording = wav_at(16_000, 6.0, 0.5);
    for (index, sample) in recording[44..].chunks_mut(2).enumerate() {
        if !(32_000..64_000).contains(&index) {
            // Not silent, but soft.
            sample.copy_from_slice(&(100 * (index % 2) as i16).to_le_bytes());
        }
    }
    recording
}

fn analysis(response: &Response) -> Value {
    assert_eq!(response.status, 200, "{}", response.text());
    response.json()
}

fn labels(object: &Value) -> Vec<&str> {
    let all = object.as_object().unwrap();
    all.keys().map(String::as_str).collect()
}

#[test]
fn a_recording_without_speech_has_no_label() {
    let server = start_adaptive();
    let openapi = OpenApi::of(&server);
    for (recording, warnings) in [
        (wav(0.0), json!(["silent"])),
        (wav(0.005), json!(["no-speech"])),
        (wav(0.002), json!(["no-speech", "quiet"])),
    ] {
        let answer = analysis(&server.post("/api/predict?timeline=1&picture=1", &recording));
        openapi.check_schema(ANALYSIS, &answer);
        assert_eq!(answer["speech"], false);
        for field in ["label", "confidence", "probabilities", "sums"] {
            assert_eq!(answer.get(field), Some(&Value::Null), "{field}");
        }
        assert_eq!(
            (&answer["sure"], &answer["warnings"]),
            (&json!(false), &warnings)
        );
        assert_eq!(answer["seconds"], 1.0);
    }
}

#[test]
fn a_silent_recording_has_no_label_whatever_the_model_says() {
    let server = start();
    let answer = analysis(&server.predict(&wav(0.0)));
    assert_eq!(answer["label"], Value::Null);
    assert_eq!(answer["warnings"], json!(["silent"]));
    assert!(answer.get("sums").is_none(), "this model has none");
    assert!(server.batches.lock().unwrap().is_empty(), "nothing to read");
}

#[test]
fn windows_without_speech_are_gaps() {
    let server = start_adaptive();
    let answer = analysis(&server.post("/api/predict?timeline=1", &gaps()));
    OpenApi::of(&server).check_schema(ANALYSIS, &answer);
    assert_eq!(
        (&answer["speech"], &answer["warnings"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(answer["label"], "angry");
    let windows = answer["segments"].as_array().unwrap();
    let speech: Vec<&Value> = windows.iter().map(|window| &window["speech"]).collect();
    assert_eq!(speech, [false, true, false]);
    let gap = &windows[0];
    assert_eq!(
        (&gap["label"], &gap["probabilities"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(windows[1]["label"], "angry");
}

#[test]
fn sums_stand_above_the_classes() {
    let server = start_adaptive();
    let answer = analysis(&server.predict(&wav(0.94)));
    assert_eq!(labels(&answer["sums"]), ["negative", "neutral", "positive"]);
    let negative = answer["sums"]["negative"].as_f64().unwrap();
    // 0.94 + 3 · 0.01.
    assert!((negative - 0.97).abs() < 1e-4, "{negative}");
    assert_eq!(answer["sure"], true);
    let answer = analysis(&server.predict(&wav(0.5)));
    assert_eq!(
        (&answer["sure"], &answer["label"]),
        (&json!(false), &json!("angry"))
    );
}

#[test]
fn a_scheme_chooses_the_classes() {
    let server = start_adaptive();
    let ask = |query: &str| server.post(&format!("/api/predict?timeline=1{query}"), &wav(0.94));
    let own = analysis(&ask(""));
    assert_eq!(labels(&own["probabilities"]), LABELS);
    assert_eq!(
        analysis(&ask("&scheme=emotion7"))["probabilities"],
        own["probabilities"]
    );
    let sums = analysis(&ask("&scheme=sentiment3"));
    // The means are (0.94 + 3 · 0.01) / 4, 0.01 and 0.01.
    let negative = sums["probabilities"]["negative"].as_f64().unwrap();
    assert!((negative - 0.2425 / 0.2625).abs() < 1e-4, "{negative}");
    assert_eq!(sums["label"], "negative");
    assert_eq!(sums["segments"][0]["label"], "negative");
    let of_segment = &sums["segments"][0]["probabilities"];
    assert_eq!(of_segment.as_object().unwrap().len(), 3);
    for scheme in ["emotion8", "emotion5"] {
        let refused = ask(&format!("&scheme={scheme}"));
        assert_eq!(
            (refused.status, refused.problem()),
            (400, "bad-request".to_owned())
        );
        assert!(
            refused.text().contains("`emotion7` and `sentiment3`"),
            "{}",
            refused.text()
        );
    }
}

fn with_voice(server: &Running, voice: &str, recording: &[u8]) -> Response {
    let parts: [(&str, &str, &[u8]); 2] = [
        ("file", "a.wav", recording),
        ("voice", "voice.json", voice.as_bytes()),
    ];
    server.post_form("/api/predict", &parts)
}

#[test]
fn results_are_adapted_to_the_voice_heard_so_far() {
    let server = start_adaptive();
    let first = analysis(&server.post("/api/predict?voice=1", &wav(0.5)));
    assert_eq!(first["label"], "angry");
    assert_eq!(first["adapted"], json!({"recordings": 0, "seconds": 0.0}));
    assert_eq!(first["voice"]["recordings"], 1);
    let second = analysis(&with_voice(&server, &first["voice"].to_string(), &wav(0.5)));
    OpenApi::of(&server).check_schema(ANALYSIS, &second);
    assert_eq!(
        (&second["label"], &second["sure"]),
        (&json!("happy"), &json!(true))
    );
    assert_eq!(second["adapted"], json!({"recordings": 1, "seconds": 1.0}));
    assert_eq!(second["voice"]["recordings"], 2);
    // A recording without speech tells nothing about the voice.
    let none = analysis(&with_voice(
        &server,
        &second["voice"].to_string(),
        &wav(0.005),
    ));
    assert_eq!(none["voice"], second["voice"]);
    let none = analysis(&server.post("/api/predict?voice=1", &wav(0.005)));
    assert!(none.get("voice").is_none() && none["adapted"]["recordings"] == 0);
    // An empty field asks for a new voice.
    let new = analysis(&with_voice(&server, "", &wav(0.5)));
    assert_eq!(
        (&new["label"], &new["voice"]),
        (&json!("angry"), &first["voice"])
    );
    let plain = analysis(&server.predict(&wav(0.5)));
    assert!(plain.get("voice").is_none() && plain.get("adapted").is_none());
}

#[test]
fn the_files_of_a_batch_can_be_of_one_voice() {
    let server = start_adaptive();
    let (loud, soft) = (wav(0.5), wav(0.005));
    let parts: [(&str, &str, &[u8]); 4] = [
        ("file", "1.wav", &loud),
        ("file", "2.wav", &soft),
        ("file", "3.txt", b"once upon a time"),
        ("file", "4.wav", &loud),
    ];
    let response = server.post_form("/api/predict/batch?voice=1", &parts);
    let answer = analysis(&response);
    let results = answer["results"].as_array().unwrap();
    assert_eq!(results[0]["label"], "angry");
    assert_eq!(results[1]["label"], Value::Null);
    assert_eq!(results[2]["error"]["type"], "urn:undertone:not-audio");
    assert_eq!(results[3]["label"], "happy");
    assert_eq!(results[3]["adapted"]["recordings"], 1);
    assert_eq!(answer["voice"]["recordings"], 2);
    OpenApi::of(&server).check("POST /api/predict/batch", &response);
}

#[test]
fn a_voice_that_cannot_be_used_is_refused() {
    let server = start_adaptive();
    let refused = |response: &Response, words: &str| {
        let kind = (response.status, response.problem());
        assert_eq!(kind, (422, "voice".to_owned()), "{}", response.text());
        assert!(response.text().contains(words), "{}", response.text());
    };
    for voice in ["{", "[]", "7", "\"voice\"", "\u{0}"] {
        refused(
            &with_voice(&server, voice, &wav(0.5)),
            "not a voice profile",
        );
    }
    let other = r#"{"model":"another","recordings":1,"seconds":1}"#;
    refused(&with_voice(&server, other, &wav(0.5)), "another model");
    let large = format!("{{\"x\":\"{}\"}}", "x".repeat(64 << 10));
    refused(
        &with_voice(&server, &large, &wav(0.5)),
        "more than 65536 bytes",
    );
    let batch: [(&str, &str, &[u8]); 2] = [
        ("voice", "", other.as_bytes()),
        ("file", "a.wav", &wav(0.5)),
    ];
    refused(
        &server.post_form("/api/predict/batch", &batch),
        "another model",
    );
    let twice: [(&str, &str, &[u8]); 3] = [
        ("voice", "", b""),
        ("voice", "", b""),
        ("file", "a.wav", &wav(0.5)),
    ];
    assert_eq!(
        server.post_form("/api/predict", &twice).problem(),
        "bad-request"
    );
    let not_adaptive = start();
    let response = not_adaptive.post("/api/predict?voice=1", &wav(0.5));
    refused(&response, "does not adapt");
    assert_eq!(
        not_adaptive.post("/api/predict?voice=0", &wav(0.5)).status,
        200
    );
}

#[test]
fn unfamiliar_recordings_get_a_warning() {
    let server = start_adaptive();
    let answer = analysis(&server.predict(&wav_at(UNFAMILIAR, 1.0, 0.5)));
    assert_eq!(answer["warnings"], json!(["unfamiliar"]));
    assert_eq!(answer["label"], "angry");
}

#[test]
fn the_model_is_described_with_its_sums() {
    let model = start_adaptive().get("/api/model").json();
    assert_eq!(
        (&model["adapts"], &model["sure"]),
        (&json!(true), &json!(0.75))
    );
    let negative = json!({
        "name": "negative",
        "colour": "#882255",
        "labels": ["angry", "disgust", "fearful", "sad"],
    });
    assert_eq!(model["sums"][0], negative);
    let model = start().get("/api/model").json();
    assert_eq!(
        (&model["adapts"], &model["sure"], &model["sums"]),
        (&json!(false), &Value::Null, &json!([]))
    );
}
