use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;
use undertone_app::{ServeError, Server, Settings, Timeouts};

use crate::support::{WAITS, read_response, settings, start, start_with, wav, wav_at};

#[test]
fn accepted_requests_are_answered() {
    let server = start();
    std::thread::scope(|scope| {
        let accepted: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| server.predict(&wav_at(WAITS, 1.0, 0.5))))
            .collect();
        server.wait_until("the requests wait", |server| {
            server.metric("undertone_queue_length") == 3.0
        });
        server.stop.stop();
        std::thread::sleep(Duration::from_millis(100));
        server.gate.open();
        for response in accepted {
            assert_eq!(response.join().unwrap().status, 200);
        }
    });
    let began = Instant::now();
    while TcpStream::connect(server.address).is_ok() {
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "the port is still open"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn results_of_calls_can_be_fetched_while_stopping() {
    let server = start();
    let upload = server.post_form(
        "/gradio_api/upload",
        &[("files", "a.wav", &wav_at(WAITS, 1.0, 0.5))],
    );
    let path = upload.json()[0].clone();
    let body = json!({"data": [{"path": path}], "session_hash": "abc", "fn_index": 0});
    assert_eq!(
        server.post_json("/gradio_api/queue/join", &body).status,
        200
    );
    server.stop.stop();
    server.wait_until("the server is stopping", |server| {
        server.get("/readyz").status == 503
    });
    assert_eq!(server.get("/healthz").status, 200);
    let response = server.predict(&wav(0.5));
    assert_eq!(
        (response.status, response.problem()),
        (503, "stopping".to_owned()),
        "new requests are refused"
    );
    server.gate.open();
    let stream = server.get("/gradio_api/queue/data?session_hash=abc").text();
    assert!(stream.contains("\"success\":true"), "{stream}");
}

#[test]
fn a_stop_takes_no_longer_than_its_timeout() {
    let server = start_with(Settings {
        timeouts: Timeouts {
            stop: Duration::from_millis(200),
            ..Timeouts::default()
        },
        ..settings()
    });
    let mut stream = server.connect();
    let request = server.request("POST", "/api/predict", &[], &wav_at(WAITS, 1.0, 0.5));
    stream.write_all(&request).unwrap();
    server.wait_until("the request waits", |server| {
        server.metric("undertone_queue_length") == 1.0
    });
    let began = Instant::now();
    server.stop.stop();
    while TcpStream::connect(server.address).is_ok() {
        assert!(began.elapsed() < Duration::from_secs(5));
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn idle_connections_do_not_delay_the_stop() {
    let server = start();
    let mut idle = server.connect();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .unwrap();
    std::thread::sleep(Duration::from_millis(50));
    let began = Instant::now();
    drop(server);
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(read_response(&mut idle).status, 200);
}

#[test]
fn half_a_request_does_not_delay_the_stop() {
    let server = start();
    let mut half = server.connect();
    half.write_all(b"GET / HT").unwrap();
    std::thread::sleep(Duration::from_millis(50));
    let began = Instant::now();
    drop(server);
    assert!(
        began.elapsed() < Duration::from_secs(4),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn a_port_in_use_is_an_error() {
    let server = start();
    let error = Server::bind(Settings {
        port: server.address.port(),
        ..settings()
    })
    .unwrap_err();
    assert!(matches!(&error, ServeError::Listen { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains(&server.address.port().to_string()),
        "{error}"
    );
}

#[test]
fn a_model_that_cannot_be_loaded_is_an_error() {
    struct Never;
    impl undertone_app::Recognizer for Never {
        fn description(&self) -> undertone_app::ModelDescription {
            unreachable!()
        }
        fn recognize(
            &self,
            _: &[undertone_audio::Recording],
        ) -> Vec<Result<undertone_app::Recognition, undertone_app::RecognizeError>> {
            unreachable!()
        }
    }
    let server = Server::bind(settings()).unwrap();
    let load = || Err::<Never, _>(std::io::Error::other("no weights here"));
    let error = server.run(load, |_| unreachable!()).unwrap_err();
    assert_eq!(error.to_string(), "no weights here");
}

#[test]
fn requests_before_the_model_is_loaded_get_503() {
    struct Slow;
    impl undertone_app::Recognizer for Slow {
        fn description(&self) -> undertone_app::ModelDescription {
            undertone_app::ModelDescription {
                answers: crate::support::answers("slow", &["one"], None),
                window_seconds: 2.0,
                sample_rate: 16_000,
                card: None,
                adapts: false,
                voice: None,
            }
        }
        fn recognize(
            &self,
            _: &[undertone_audio::Recording],
        ) -> Vec<Result<undertone_app::Recognition, undertone_app::RecognizeError>> {
            vec![]
        }
    }
    let server = Server::bind(settings()).unwrap();
    let (address, stop) = (server.address(), server.stop_handle());
    let (go_on, may_go_on) = std::sync::mpsc::channel::<()>();
    let thread = std::thread::spawn(move || {
        let load = move || {
            may_go_on.recv()?;
            Ok::<_, std::sync::mpsc::RecvError>(Slow)
        };
        server.run(load, |_| {}).unwrap();
    });
    let status = |path: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        read_response(&mut stream).status
    };
    assert_eq!(
        (status("/healthz"), status("/readyz"), status("/api/model")),
        (200, 503, 503)
    );
    go_on.send(()).unwrap();
    let began = Instant::now();
    while status("/readyz") != 200 {
        assert!(began.elapsed() < Duration::from_secs(5));
    }
    stop.stop();
    thread.join().unwrap();
}
