use crate::support::{LABELS, start, wav, wav_at};

#[test]
fn a_recording_can_be_the_body_or_a_form_field() {
    let server = start();
    let response = server.predict(&wav(0.5));
    assert_eq!(response.status, 200, "{}", response.text());
    let response = response.json();
    assert_eq!(response.get("path"), None);
    assert_eq!(response["label"], "positive");
    assert!((response["confidence"].as_f64().unwrap() - 0.5).abs() < 0.01);
    let labels: Vec<&String> = response["probabilities"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(labels, LABELS);
    assert_eq!(response["model"]["name"], "obedient");
    assert_eq!(response["seconds"], 1.0);
    assert_eq!(
        (&response["sample_rate"], &response["channels"]),
        (&16_000.into(), &1.into())
    );
    assert!(response.get("segments").is_none() && response.get("picture").is_none());
    assert!(response["milliseconds"]["decode"].as_f64().unwrap() > 0.0);

    let form = server
        .post_form("/api/predict", &[("file", "../a/b.wav", &wav(0.5))])
        .json();
    assert_eq!(form["path"], "b.wav");
    assert_eq!(form["probabilities"], response["probabilities"]);
}

#[test]
fn timeline_and_picture_are_optional() {
    let server = start();
    let response = server
        .post(
            "/api/predict?timeline=1&picture=true",
            &wav_at(48_000, 5.0, 0.5),
        )
        .json();
    assert_eq!(response["segmentation"], "windows");
    let windows = response["segments"].as_array().unwrap();
    assert_eq!(windows.len(), 3);
    assert_eq!(
        (&windows[2]["start"], &windows[2]["end"]),
        (&4.0.into(), &5.0.into())
    );
    assert_eq!(windows[0]["label"], "positive");
    assert_eq!(windows[0]["probabilities"].as_object().unwrap().len(), 3);
    let picture = &response["picture"];
    assert_eq!(picture["peaks"]["max"].as_array().unwrap().len(), 1000);
    assert_eq!(picture["mel"]["bands"], 64);
    assert_eq!(picture["speech"]["end"], 5.0);
}

#[test]
fn unusual_recordings_get_a_warning() {
    let server = start();
    let warnings = |recording: &[u8]| server.predict(recording).json()["warnings"].clone();
    assert_eq!(warnings(&wav(0.5)), serde_json::json!([]));
    assert_eq!(warnings(&wav(0.002)), serde_json::json!(["quiet"]));
    assert_eq!(warnings(&wav(1.0)), serde_json::json!(["clipped"]));
    assert_eq!(
        warnings(&wav_at(16_000, 0.3, 0.5)),
        serde_json::json!(["short"])
    );
}

#[test]
fn one_bad_file_of_a_batch_does_not_affect_the_others() {
    let server = start();
    let (loud, quiet) = (wav(0.9), wav(0.1));
    let parts: [(&str, &str, &[u8]); 3] = [
        ("file", "loud.wav", &loud),
        ("file", "notes.txt", b"once upon a time"),
        ("file", "quiet.wav", &quiet),
    ];
    let response = server.post_form("/api/predict/batch?timeline=1", &parts);
    assert_eq!(response.status, 200, "{}", response.text());
    let results = response.json()["results"].as_array().unwrap().clone();
    assert_eq!(results[0]["label"], "positive");
    assert_eq!(results[0]["segments"].as_array().unwrap().len(), 1);
    assert_eq!(results[1]["path"], "notes.txt");
    assert_eq!(results[1]["error"]["type"], "urn:undertone:not-audio");
    assert_eq!(results[2]["label"], "negative");
}

#[test]
fn unusable_recordings_are_refused_with_the_reason() {
    let server = start();
    let kind = |recording: &[u8]| {
        let response = server.predict(recording);
        (response.status, response.problem())
    };
    assert_eq!(kind(b"once upon a time"), (415, "not-audio".to_owned()));
    assert_eq!(
        kind(include_bytes!(
            "../../../undertone-audio/tests/fixtures/tone-speex.ogg"
        )),
        (415, "not-audio".to_owned())
    );
    assert_eq!(
        kind(&wav_at(16_000, 0.05, 0.5)),
        (422, "too-short".to_owned())
    );
    // What is left of a cut WAV is used.
    assert_eq!(kind(&wav(0.5)[..44]), (422, "too-short".to_owned()));
    assert_eq!(kind(&wav(0.5)[..1000]), (422, "too-short".to_owned()));
    let flac = include_bytes!("../../../undertone-audio/tests/fixtures/tone.flac");
    assert_eq!(kind(&flac[..1000]), (422, "broken".to_owned()));
}

#[test]
fn invalid_requests_are_refused() {
    let server = start();
    let bad = |response: crate::support::Response| {
        assert_eq!(response.status, 400, "{}", response.text());
        assert_eq!(response.problem(), "bad-request");
    };
    bad(server.predict(b""));
    bad(server.post("/api/predict?timeline=perhaps", &wav(0.5)));
    bad(server.post_form("/api/predict", &[("sound", "a.wav", &wav(0.5))]));
    bad(server.post_form(
        "/api/predict",
        &[("file", "a.wav", &wav(0.5)), ("file", "b.wav", &wav(0.5))],
    ));
    bad(server.send(
        "POST",
        "/api/predict",
        &["content-type: multipart/form-data"],
        b"--XYZ--",
    ));
    bad(server.send(
        "POST",
        "/api/predict",
        &["content-type: multipart/form-data; boundary=XYZ"],
        b"--XYZ\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\nno end",
    ));
}

#[test]
fn unknown_paths_and_methods_are_problems() {
    let server = start();
    let response = server.get("/api/nothing");
    assert_eq!(
        (response.status, response.problem()),
        (404, "not-found".to_owned())
    );
    let response = server.get("/api/predict");
    assert_eq!(
        (response.status, response.problem()),
        (405, "method-not-allowed".to_owned())
    );
    assert_eq!(response.header("allow"), Some("POST"));
}

#[test]
fn waiting_recordings_are_recognized_in_a_batch() {
    let server = start();
    std::thread::scope(|scope| {
        let held_up = scope.spawn(|| server.predict(&wav_at(crate::support::WAITS, 1.0, 0.5)));
        server.wait_until("the worker is busy", |server| {
            !server.batches.lock().unwrap().is_empty()
        });
        let waiting: Vec<_> = (0..5)
            .map(|_| scope.spawn(|| server.predict(&wav(0.5))))
            .collect();
        server.wait_until("five requests wait", |server| {
            server.metric("undertone_queue_length") == 6.0
        });
        std::thread::sleep(std::time::Duration::from_millis(100));
        server.gate.open();
        assert_eq!(held_up.join().unwrap().status, 200);
        for response in waiting {
            assert_eq!(response.join().unwrap().json()["label"], "positive");
        }
    });
    assert_eq!(*server.batches.lock().unwrap(), [1, 5]);
}

#[test]
fn malformed_paths_and_queries_are_problems_everywhere() {
    let server = start();
    for (method, path) in [
        ("GET", "/assets/%ff"),
        ("GET", "/samples/%ff"),
        ("GET", "/api/docs/%ff"),
        ("GET", "/gradio_api/call/%ff/x"),
        ("POST", "/gradio_api/call/%ff"),
        ("POST", "/gradio_api/call/v2/%ff"),
        ("POST", "/gradio_api/run/%ff"),
        ("GET", "/gradio_api/queue/data"),
        ("GET", "/api/live"),
        ("POST", "/api/predict?picture=1&picture=1"),
    ] {
        let response = server.send(method, path, &[], b"");
        let refused = (response.status, response.problem());
        assert_eq!(refused, (400, "bad-request".to_owned()), "{path}");
    }
}

#[test]
fn an_empty_file_is_reported() {
    let server = start();
    let response = server.post_form("/api/predict", &[("file", "a.wav", b"")]);
    let refused = (response.status, response.problem());
    assert_eq!(refused, (422, "too-short".to_owned()));
    assert_eq!(response.json()["detail"], "the file is empty");
    let response = server.post_form("/api/predict", &[("voice", "a.wav", b"")]);
    assert_eq!(response.status, 400, "no such field");
}
