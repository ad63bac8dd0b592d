use std::thread;
use std::time::Duration;

use crate::support::{start, wav};

#[test]
fn health_is_reported() {
    let server = start();
    assert_eq!(server.get("/healthz").json()["status"], "ok");
    assert_eq!(server.get("/readyz").json()["status"], "ready");
}

#[test]
fn requests_and_audio_are_counted() {
    let server = start();
    for _ in 0..3 {
        server.predict(&wav(0.5));
    }
    server.predict(b"x");
    server.get("/api/nothing-of-that-name");
    let mut metrics = server.get("/metrics");
    // The server sees the end of an earlier connection a moment after its answer.
    for _ in 0..100 {
        if metrics.text().contains("\nundertone_connections 1\n") {
            break;
        }
        thread::sleep(Duration::from_millis(20));
        metrics = server.get("/metrics");
    }
    let text = metrics.text();
    let kind = metrics.header("content-type").unwrap();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let line = |line: &str| {
        assert!(
            text.lines().any(|it| it == line),
            "{line} is not in\n{text}"
        )
    };
    line("undertone_requests_total{method=\"POST\",route=\"/api/predict\",status=\"200\"} 3");
    line("undertone_requests_total{method=\"POST\",route=\"/api/predict\",status=\"415\"} 1");
    line("undertone_requests_total{method=\"GET\",route=\"other\",status=\"404\"} 1");
    line("undertone_request_duration_seconds_count{route=\"/api/predict\"} 4");
    line("undertone_audio_seconds_total 3.0");
    line("undertone_queue_length 0");
    line("undertone_connections 1");
    assert!(text.ends_with("# EOF\n"));
    assert!(
        !text.contains("nothing-of-that-name"),
        "clients choose paths"
    );
}

#[test]
fn every_response_has_an_id() {
    let server = start();
    let ids: Vec<_> = (0..2)
        .map(|_| {
            server
                .get("/healthz")
                .header("x-request-id")
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(ids[0].len(), 32);
    assert_ne!(ids[0], ids[1]);
}
