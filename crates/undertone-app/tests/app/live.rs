use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;
use tungstenite::client::IntoClientRequest;
use tungstenite::http::StatusCode;
use tungstenite::{Error, Message, WebSocket};
use undertone_app::{Access, Limits, Settings, Timeouts};

use crate::adaptive::start_adaptive;
use crate::docs::OpenApi;
use crate::support::{PANICS, Running, settings, start, start_with};

type Live = WebSocket<TcpStream>;

fn open(server: &Running) -> Result<Live, StatusCode> {
    open_with(server, &[])
}

fn open_with(server: &Running, headers: &[(&'static str, &str)]) -> Result<Live, StatusCode> {
    let mut request = format!("ws://{}/api/live", server.address)
        .into_client_request()
        .unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    match tungstenite::client(request, server.connect()) {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::HandshakeError::Failure(Error::Http(response))) => Err(response.status()),
        Err(other) => panic!("{other}"),
    }
}

fn begin(server: &Running, rate: u32) -> Live {
    let mut socket = open(server).unwrap();
    socket
        .send(Message::text(format!("{{\"sample_rate\":{rate}}}")))
        .unwrap();
    socket
}

fn speech(samples: usize, value: i16) -> Message {
    let wave = [value.to_le_bytes(), (-value).to_le_bytes()].concat();
    Message::binary(wave.repeat(samples / 2))
}

fn receive(socket: &mut Live) -> Value {
    match socket.read().unwrap() {
        Message::Text(text) => serde_json::from_str(&text).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// Return the type of the error with which the server closes the connection.
fn ended_with(socket: &mut Live) -> String {
    let error = receive(socket)["error"]["type"]
        .as_str()
        .unwrap()
        .to_owned();
    loop {
        match socket.read() {
            Ok(Message::Close(_)) => {}
            Ok(other) => panic!("{other:?}"),
            Err(_) => return error,
        }
    }
}

#[test]
fn results_arrive_while_speech_is_sent() {
    let server = start();
    let mut socket = begin(&server, 16_000);
    socket.send(speech(8_000, 16_384)).unwrap();
    let first = receive(&mut socket);
    OpenApi::of(&server).check_schema("/components/schemas/LiveAnalysis", &first);
    let schema: Value = serde_json::from_str(undertone_answer::SCHEMA).unwrap();
    let found = crate::schema::violations(&schema, "/$defs/Answer", &first);
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(first["received"], 8_000);
    assert_eq!(first["label"], "positive");
    assert_eq!(first["probabilities"].as_object().unwrap().len(), 3);
    assert!((first["level_db"].as_f64().unwrap() + 6.0).abs() < 0.1);
    assert_eq!(first["silent"], false);
    assert!(first["milliseconds"].as_f64().unwrap() > 0.0);
    socket.send(speech(40_000, 0)).unwrap();
    let second = receive(&mut socket);
    assert_eq!(second["received"], 48_000);
    assert_eq!(
        (&second["silent"], &second["label"]),
        (&true.into(), &Value::Null)
    );
    assert_eq!(second["warnings"], serde_json::json!(["silent"]));
    OpenApi::of(&server).check_schema("/components/schemas/LiveAnalysis", &second);
}

/// Send half a second of speech, and return the result.
fn speak(socket: &mut Live) -> Value {
    socket.send(speech(8_000, 16_384)).unwrap();
    receive(socket)
}

#[test]
fn results_are_adapted_after_ten_seconds_of_speech() {
    let server = start_adaptive();
    let mut socket = begin(&server, 16_000);
    let results: Vec<Value> = (0..30).map(|_| speak(&mut socket)).collect();
    let openapi = OpenApi::of(&server);
    for result in &results {
        openapi.check_schema("/components/schemas/LiveAnalysis", result);
    }
    // A window of two seconds is heard with every fourth result.
    let heard = |result: &Value| result["heard_seconds"].as_f64().unwrap();
    assert_eq!((heard(&results[2]), heard(&results[3])), (0.0, 2.0));
    assert_eq!((heard(&results[18]), heard(&results[19])), (8.0, 10.0));
    let adapted = |result: &Value| result["adapted_seconds"].as_f64().unwrap();
    // The window that was heard last does not count until the next one is heard.
    assert_eq!((adapted(&results[23]), adapted(&results[24])), (0.0, 10.0));
    assert_eq!(results[23]["label"], "angry");
    assert_eq!(results[24]["label"], "happy");
    assert_eq!((heard(&results[27]), adapted(&results[28])), (14.0, 12.0));

    socket.send(Message::text("{\"reset\":true}")).unwrap();
    let forgotten = speak(&mut socket);
    assert_eq!((heard(&forgotten), adapted(&forgotten)), (0.0, 0.0));
    assert_eq!(forgotten["label"], "angry");
}

#[test]
fn a_client_can_choose_not_to_adapt() {
    let server = start_adaptive();
    let mut socket = open(&server).unwrap();
    let hello = "{\"sample_rate\":16000,\"adapt\":false}";
    socket.send(Message::text(hello)).unwrap();
    for _ in 0..24 {
        let result = speak(&mut socket);
        assert_eq!(
            (&result["heard_seconds"], &result["label"]),
            (&0.0.into(), &"angry".into())
        );
    }
    socket.send(Message::text("{\"adapt\":true}")).unwrap();
    let last = (0..28).map(|_| speak(&mut socket)).last().unwrap();
    assert_eq!(last["label"], "happy");
    socket.send(Message::text("{\"adapt\":false}")).unwrap();
    let last = speak(&mut socket);
    assert_eq!(
        (&last["adapted_seconds"], &last["label"]),
        (&0.0.into(), &"angry".into())
    );
    socket.send(Message::text("{\"adapts\":true}")).unwrap();
    assert_eq!(ended_with(&mut socket), "urn:undertone:bad-request");
    // A model that cannot adapt refuses only if it is asked to.
    let server = start();
    let mut socket = begin(&server, 16_000);
    assert_eq!(speak(&mut socket)["adapted_seconds"], 0.0);
    socket.send(Message::text("{\"reset\":true}")).unwrap();
    assert_eq!(speak(&mut socket)["adapted_seconds"], 0.0);
    socket.send(Message::text("{\"adapt\":true}")).unwrap();
    assert_eq!(ended_with(&mut socket), "urn:undertone:voice");
}

#[test]
fn windows_without_speech_have_no_label_and_are_not_heard() {
    let server = start_adaptive();
    let mut socket = begin(&server, 16_000);
    for _ in 0..12 {
        socket.send(speech(8_000, 100)).unwrap();
        let result = receive(&mut socket);
        assert_eq!(
            (&result["speech"], &result["label"]),
            (&false.into(), &Value::Null)
        );
        assert_eq!(
            (&result["probabilities"], &result["sums"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(result["heard_seconds"], 0.0);
    }
    let spoken = speak(&mut socket);
    assert_eq!(
        (&spoken["speech"], &spoken["label"]),
        (&true.into(), &"angry".into())
    );
    assert_eq!(spoken["sums"].as_object().unwrap().len(), 3);
}

#[test]
fn a_client_that_breaks_the_protocol_is_disconnected_with_an_error() {
    let server = start();
    let mut socket = open(&server).unwrap();
    socket.send(speech(100, 0)).unwrap();
    assert_eq!(ended_with(&mut socket), "urn:undertone:bad-request");
    let mut socket = open(&server).unwrap();
    socket.send(Message::text("{\"sample_rate\":1}")).unwrap();
    assert_eq!(ended_with(&mut socket), "urn:undertone:bad-request");
    let mut socket = begin(&server, 16_000);
    socket.send(Message::binary(vec![1, 2, 3])).unwrap();
    assert_eq!(ended_with(&mut socket), "urn:undertone:bad-request");
    let mut socket = begin(&server, 16_000);
    socket.send(Message::text("hello")).unwrap();
    assert_eq!(ended_with(&mut socket), "urn:undertone:bad-request");
    let response = server.get("/api/live");
    assert_eq!(
        (response.status, response.problem()),
        (400, "bad-request".to_owned())
    );
    server.wait_until("all connections are closed", |server| {
        server.metric("undertone_live_connections") == 0.0
    });
}

#[test]
fn a_large_message_closes_the_connection() {
    let server = start();
    let mut socket = begin(&server, 16_000);
    let _ = socket.send(speech(1 << 20, 0));
    let ended = loop {
        match socket.read() {
            Ok(Message::Close(_)) => {}
            Ok(other) => panic!("{other:?}"),
            Err(error) => break error,
        }
    };
    assert!(!matches!(ended, Error::AlreadyClosed), "{ended}");
    server.wait_until("the connection is closed", |server| {
        server.metric("undertone_live_connections") == 0.0
    });
}

#[test]
fn a_panic_closes_one_connection() {
    let server = start();
    let mut socket = begin(&server, PANICS);
    socket.send(speech(11_025, 1000)).unwrap();
    assert_eq!(ended_with(&mut socket), "urn:undertone:internal");
    let mut socket = begin(&server, 16_000);
    socket.send(speech(8_000, 1000)).unwrap();
    assert_eq!(receive(&mut socket)["received"], 8_000);
}

#[test]
fn a_client_that_sends_nothing_is_disconnected() {
    let server = start_with(Settings {
        timeouts: Timeouts {
            live: Duration::from_millis(100),
            ..Timeouts::default()
        },
        ..settings()
    });
    assert_eq!(
        ended_with(&mut open(&server).unwrap()),
        "urn:undertone:timeout"
    );
    assert_eq!(
        ended_with(&mut begin(&server, 16_000)),
        "urn:undertone:timeout"
    );
}

#[test]
fn pings_do_not_keep_a_connection_open() {
    let server = start_with(Settings {
        timeouts: Timeouts {
            live: Duration::from_millis(300),
            ..Timeouts::default()
        },
        ..settings()
    });
    let mut socket = begin(&server, 16_000);
    let began = Instant::now();
    while socket.send(Message::Ping(vec![1].into())).is_ok() {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "the connection stays open"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn both_sides_close_the_connection() {
    let server = start();
    let mut socket = begin(&server, 16_000);
    socket.close(None).unwrap();
    let ended = loop {
        if let Err(error) = socket.read() {
            break error;
        }
    };
    assert!(matches!(ended, Error::ConnectionClosed), "{ended}");
    // If the server closes the connection, it sends a code.
    let mut socket = begin(&server, 16_000);
    server.stop.stop();
    let code = loop {
        if let Message::Close(Some(frame)) = socket.read().unwrap() {
            break u16::from(frame.code);
        }
    };
    assert_eq!(code, 1001);
}

#[test]
fn a_client_that_does_not_read_is_disconnected() {
    let server = start_with(Settings {
        timeouts: Timeouts {
            write: Duration::from_millis(300),
            ..Timeouts::default()
        },
        ..settings()
    });
    let mut socket = begin(&server, 4_000);
    let began = Instant::now();
    // Each message gets a result, and the results fill the buffers between client and server.
    while socket.send(speech(800, 1000)).is_ok() {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "the connection stays open"
        );
    }
    server.wait_until("the connection is closed", |server| {
        server.metric("undertone_live_connections") == 0.0
    });
}

#[test]
fn live_connections_are_limited() {
    let server = start_with(Settings {
        limits: Limits {
            live_per_address: 2,
            ..Limits::default()
        },
        ..settings()
    });
    let open_ones = [open(&server).unwrap(), open(&server).unwrap()];
    assert_eq!(open(&server).unwrap_err(), StatusCode::TOO_MANY_REQUESTS);
    drop(open_ones);
    server.wait_until("a connection is free again", |server| open(server).is_ok());
}

#[test]
fn behind_a_proxy_limits_use_the_forwarded_address() {
    let with_proxy = |behind_proxy| {
        start_with(Settings {
            access: Access {
                behind_proxy,
                ..Access::default()
            },
            limits: Limits {
                live_per_address: 1,
                ..Limits::default()
            },
            ..settings()
        })
    };
    let server = with_proxy(true);
    let from = |address| open_with(&server, &[("x-forwarded-for", address)]);
    // An address that the client itself adds comes first.
    let _one = from("10.9.9.9, 10.0.0.1").unwrap();
    let _other = from("10.0.0.2").unwrap();
    let again = from("10.8.8.8, 10.0.0.1").unwrap_err();
    assert_eq!(again, StatusCode::TOO_MANY_REQUESTS);
    let server = with_proxy(false);
    let from = |address| open_with(&server, &[("x-forwarded-for", address)]);
    let _one = from("10.0.0.1").unwrap();
    assert_eq!(from("10.0.0.2").unwrap_err(), StatusCode::TOO_MANY_REQUESTS);
}

#[test]
fn the_token_can_be_a_subprotocol() {
    let server = start_with(Settings {
        access: Access {
            token: Some("s3cret-token".to_owned()),
            ..Access::default()
        },
        ..settings()
    });
    assert_eq!(open(&server).unwrap_err(), StatusCode::UNAUTHORIZED);
    let wrong = [("sec-websocket-protocol", "undertone.token.s3cret-tokex")];
    assert_eq!(
        open_with(&server, &wrong).unwrap_err(),
        StatusCode::UNAUTHORIZED
    );
    // Like browsers, tungstenite refuses a response that does not accept the subprotocol.
    assert!(
        open_with(
            &server,
            &[("sec-websocket-protocol", "undertone.token.s3cret-token")]
        )
        .is_ok()
    );
    assert!(open_with(&server, &[("authorization", "Bearer s3cret-token")]).is_ok());
}

#[test]
fn pages_of_other_origins_cannot_connect() {
    let server = start();
    let own = format!("http://{}", server.address);
    assert!(open_with(&server, &[("origin", &own)]).is_ok());
    assert_eq!(
        open_with(&server, &[("origin", "https://evil.example.org")]).unwrap_err(),
        StatusCode::FORBIDDEN
    );
}

#[test]
fn connections_are_closed_when_the_server_stops() {
    let server = start();
    let mut socket = begin(&server, 16_000);
    server.stop.stop();
    assert_eq!(ended_with(&mut socket), "urn:undertone:stopping");
}

#[test]
fn a_client_that_floods_the_server_with_pings_is_disconnected() {
    let server = start();
    let mut socket = begin(&server, 16_000);
    // It does not read, so the pongs have nowhere to go.
    let flood = [0x89, 0xfd, 0, 0, 0, 0].into_iter().chain([7; 125]);
    let flood: Vec<u8> = flood.collect::<Vec<u8>>().repeat(1000);
    let mut sent = 0;
    while socket.get_mut().write_all(&flood).is_ok() {
        sent += flood.len();
        assert!(sent < 100 << 20, "the server takes all pings");
    }
    server.wait_until("the connection is closed", |server| {
        server.metric("undertone_live_connections") == 0.0
    });
    // A client that reads learns the reason.
    let mut socket = begin(&server, 16_000);
    for _ in 0..100 {
        socket.send(Message::Ping(vec![1].into())).unwrap();
    }
    let reason = loop {
        match socket.read().unwrap() {
            Message::Pong(_) => {}
            Message::Text(text) => break serde_json::from_str::<Value>(&text).unwrap(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(reason["error"]["type"], "urn:undertone:too-many-requests");
}
