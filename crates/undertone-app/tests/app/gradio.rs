use std::io::Write;
use std::time::Duration;

use serde_json::{Value, json};
use undertone_app::{Limits, Settings, Timeouts};

use crate::adaptive::start_adaptive;
use crate::support::{Running, WAITS, settings, start, start_with, wav, wav_at};

fn upload(server: &Running, recording: &[u8]) -> String {
    let response = server.post_form("/gradio_api/upload", &[("files", "a.wav", recording)]);
    assert_eq!(response.status, 200, "{}", response.text());
    response.json()[0].as_str().unwrap().to_owned()
}

fn file(path: &str) -> Value {
    json!({"path": path, "orig_name": "a.wav", "meta": {"_type": "gradio.FileData"}})
}

fn join(server: &Running, session: &str, path: &str) -> String {
    let body = json!({"data": [file(path)], "fn_index": 0, "session_hash": session});
    let response = server.post_json("/gradio_api/queue/join", &body);
    assert_eq!(response.status, 200, "{}", response.text());
    response.json()["event_id"].as_str().unwrap().to_owned()
}

/// Return the data of a session's messages until the stream ends.
fn messages(server: &Running, session: &str) -> Vec<Value> {
    let response = server.get(&format!("/gradio_api/queue/data?session_hash={session}"));
    assert!(
        response
            .header("content-type")
            .unwrap()
            .starts_with("text/event-stream")
    );
    response
        .text()
        .split_terminator("\n\n")
        .map(|event| serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap())
        .collect()
}

#[test]
fn the_function_is_described() {
    let server = start();
    let config = server.get("/config").json();
    assert_eq!(
        (&config["protocol"], &config["api_prefix"]),
        (&"sse_v3".into(), &"/gradio_api".into())
    );
    assert_eq!(config["dependencies"][0]["api_name"], "predict");
    assert_eq!(
        config["app_id"],
        server.get("/gradio_api/app_id").json()["app_id"]
    );
    assert_eq!(config["max_file_size"], 100 << 20);
    let info = server.get("/gradio_api/info?serialize=False").json();
    assert_eq!(
        info["named_endpoints"]["/predict"]["returns"][0]["component"],
        "Label"
    );
}

#[test]
fn a_session_gets_all_messages_of_its_call() {
    let server = start();
    let path = upload(&server, &wav(0.6));
    let event = join(&server, "abc", &path);
    let messages = messages(&server, "abc");
    let kinds: Vec<_> = messages
        .iter()
        .map(|message| message["msg"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "estimation",
            "process_starts",
            "process_completed",
            "close_stream"
        ]
    );
    assert!(
        messages[..3]
            .iter()
            .all(|message| message["event_id"] == event.as_str())
    );
    assert_eq!(messages[2]["success"], true);
    let label = &messages[2]["output"]["data"][0];
    assert_eq!(label["label"], "positive");
    let order: Vec<_> = label["confidences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["label"].as_str().unwrap())
        .collect();
    assert_eq!(order, ["positive", "negative", "neutral"]);
}

#[test]
fn a_recording_without_speech_has_no_label() {
    let server = start_adaptive();
    for recording in [wav(0.0), wav(0.005)] {
        let path = upload(&server, &recording);
        let body = json!({"data": [file(&path)]});
        let answer = server.post_json("/gradio_api/run/predict", &body).json();
        assert_eq!(answer["data"][0], json!({"label": null, "confidences": []}));
    }
    let path = upload(&server, &wav(0.9));
    let body = json!({"data": [file(&path)]});
    let answer = server.post_json("/gradio_api/run/predict", &body).json();
    assert_eq!(answer["data"][0]["label"], "angry");
    assert_eq!(
        answer["data"][0]["confidences"].as_array().unwrap().len(),
        7
    );
}

#[test]
fn the_calls_of_a_session_share_its_stream() {
    let server = start();
    let path = upload(&server, &wav(0.6));
    let events: Vec<_> = (0..5).map(|_| join(&server, "abc", &path)).collect();
    let messages = messages(&server, "abc");
    for event in &events {
        let completed = messages.iter().filter(|message| {
            message["msg"] == "process_completed" && message["event_id"] == event.as_str()
        });
        assert_eq!(completed.count(), 1);
    }
    assert_eq!(messages.last().unwrap()["msg"], "close_stream");
}

#[test]
fn a_call_without_a_session_has_a_stream_of_its_own() {
    let server = start();
    let path = upload(&server, &wav(0.6));
    let bodies = [
        ("/gradio_api/call/predict", json!({"data": [file(&path)]})),
        ("/gradio_api/call/v2/predict", json!({"audio": file(&path)})),
    ];
    for (address, body) in bodies {
        let response = server.post_json(address, &body);
        let event = response.json()["event_id"].as_str().unwrap().to_owned();
        let stream = server
            .get(&format!("/gradio_api/call/predict/{event}"))
            .text();
        let data = stream
            .strip_prefix("event: complete\ndata: ")
            .unwrap_or_else(|| panic!("{stream}"));
        let data: Value = serde_json::from_str(data.trim()).unwrap();
        assert_eq!(data[0]["label"], "positive");
        let again = server
            .get(&format!("/gradio_api/call/predict/{event}"))
            .text();
        assert!(again.starts_with("event: error\n"), "{again}");
    }
    let direct = server.post_json("/gradio_api/run/predict", &json!({"data": [file(&path)]}));
    assert_eq!(direct.json()["data"][0]["label"], "positive");
}

#[test]
fn errors_are_reported_in_the_stream() {
    let server = start();
    let path = upload(&server, b"once upon a time");
    join(&server, "abc", &path);
    let completed = &messages(&server, "abc")[2];
    assert_eq!(
        (&completed["msg"], &completed["success"]),
        (&"process_completed".into(), &false.into())
    );
    assert!(
        completed["output"]["error"]
            .as_str()
            .unwrap()
            .contains("not an audio file")
    );
    join(&server, "abc", "undertone-upload-0123");
    let completed = &messages(&server, "abc")[2];
    assert!(
        completed["output"]["error"]
            .as_str()
            .unwrap()
            .contains("upload the recording again")
    );

    let response = server.post_json("/gradio_api/call/predict", &json!({"data": [file(&path)]}));
    let event = response.json()["event_id"].as_str().unwrap().to_owned();
    let stream = server
        .get(&format!("/gradio_api/call/predict/{event}"))
        .text();
    assert!(stream.starts_with("event: error\ndata: {"), "{stream}");

    let unknown = messages(&server, "nobody");
    assert_eq!(
        (&unknown[0]["msg"], &unknown[0]["session_not_found"]),
        (&"unexpected_error".into(), &true.into())
    );
}

#[test]
fn invalid_calls_are_refused() {
    let server = start();
    let path = upload(&server, &wav(0.5));
    for (address, body, status) in [
        (
            "/gradio_api/queue/join",
            json!({"data": [file(&path)], "fn_index": 7, "session_hash": "x"}),
            400,
        ),
        (
            "/gradio_api/queue/join",
            json!({"data": [file(&path)], "fn_index": 0}),
            400,
        ),
        (
            "/gradio_api/queue/join",
            json!({"data": [], "session_hash": "x".repeat(1000)}),
            400,
        ),
        ("/gradio_api/queue/join", json!([1]), 400),
        ("/gradio_api/call/sing", json!({"data": []}), 404),
        (
            "/gradio_api/call/predict",
            json!({"data": ["x".repeat(100_000)]}),
            413,
        ),
    ] {
        assert_eq!(
            server.post_json(address, &body).status,
            status,
            "{address} {body}"
        );
    }
    assert_eq!(server.post("/gradio_api/queue/join", b"{").status, 400);
    assert_eq!(
        server
            .post_form("/gradio_api/upload", &[("other", "a.wav", b"x")])
            .status,
        400
    );
}

#[test]
fn a_call_can_name_a_sample_by_its_url() {
    let server = start();
    let body = json!({"data": [file(&format!("http://{}/samples/neutral.flac", server.address))]});
    let response = server.post_json("/gradio_api/run/predict", &body);
    assert_eq!(response.status, 200, "{}", response.text());
    let body = json!({"data": [file("http://example.org/samples/neutral.flac")]});
    assert_eq!(
        server.post_json("/gradio_api/run/predict", &body).status,
        400
    );
}

#[test]
fn a_cancelled_call_ends_once() {
    let server = start();
    let path = upload(&server, &wav_at(WAITS, 1.0, 0.5));
    let event = join(&server, "abc", &path);
    let body = json!({"event_id": event, "session_hash": "abc", "fn_index": 0});
    for _ in 0..2 {
        assert_eq!(
            server.post_json("/gradio_api/cancel", &body).json()["success"],
            true
        );
    }
    let messages = messages(&server, "abc");
    let completed: Vec<_> = messages
        .iter()
        .filter(|it| it["msg"] == "process_completed")
        .collect();
    assert_eq!(completed.len(), 1, "{messages:?}");
    assert_eq!(completed[0]["output"], json!({}));
}

#[test]
fn unfetched_results_are_discarded_for_new_calls() {
    let server = start_with(Settings {
        limits: Limits {
            calls: 5,
            ..Limits::default()
        },
        ..settings()
    });
    let path = upload(&server, &wav(0.5));
    for _ in 0..20 {
        let body = json!({"data": [null]});
        let response = server.post_json("/gradio_api/call/predict", &body);
        assert_eq!(response.status, 200, "{}", response.text());
        server.wait_until("the call has its result", |server| {
            server.metric("undertone_queue_length") == 0.0
        });
    }
    join(&server, "modest", &path);
    assert_eq!(messages(&server, "modest")[2]["success"], true);
}

#[test]
fn a_session_may_call_as_often_as_the_queue_allows() {
    let server = start();
    let path = upload(&server, &wav(0.5));
    let waiting = upload(&server, &wav_at(WAITS, 1.0, 0.5));
    join(&server, "abc", &waiting);
    for _ in 0..200 {
        join(&server, "abc", &path);
    }
    server.gate.open();
    let messages = messages(&server, "abc");
    let done = |it: &&Value| it["msg"] == "process_completed" && it["success"] == true;
    assert_eq!(messages.iter().filter(done).count(), 201);
}

#[test]
fn one_client_cannot_use_all_streams() {
    let server = start_with(Settings {
        limits: Limits {
            streams_per_address: 3,
            ..Limits::default()
        },
        ..settings()
    });
    let request = server.request("GET", "/gradio_api/heartbeat/x", &[], b"");
    let open: Vec<_> = (0..3)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(&request).unwrap();
            stream
        })
        .collect();
    server.wait_until("the streams are open", |server| {
        server.metric("undertone_event_streams") == 3.0
    });
    for path in [
        "/gradio_api/heartbeat/x",
        "/gradio_api/queue/data?session_hash=x",
        "/gradio_api/call/predict/x",
    ] {
        let response = server.get(path);
        let refused = (response.status, response.problem());
        assert_eq!(refused, (429, "too-many-requests".to_owned()), "{path}");
    }
    assert_eq!(server.predict(&wav(0.5)).status, 200);
    drop(open);
    let upload = upload(&server, &wav(0.5));
    join(&server, "abc", &upload);
    server.wait_until("a stream is free again", |server| {
        server.get("/gradio_api/queue/data?session_hash=abc").status == 200
    });
}

#[test]
fn an_empty_upload_fails_its_call() {
    let server = start();
    let path = upload(&server, b"");
    join(&server, "abc", &path);
    let completed = &messages(&server, "abc")[2];
    assert_eq!(completed["output"]["error"], "the file is empty");
    assert_eq!(
        server.metric("undertone_calls_total{outcome=\"Failed\"}"),
        1.0
    );
}

#[test]
fn unused_uploads_expire() {
    let server = start_with(Settings {
        timeouts: Timeouts {
            kept: Duration::from_millis(50),
            ..Timeouts::default()
        },
        ..settings()
    });
    let path = upload(&server, &wav(0.5));
    std::thread::sleep(Duration::from_millis(100));
    upload(&server, &wav(0.5));
    let response = server.post_json("/gradio_api/run/predict", &json!({"data": [file(&path)]}));
    assert_eq!(response.status, 400);
    assert_eq!(
        server.metric("undertone_uploads_bytes"),
        wav(0.5).len() as f64
    );
}
