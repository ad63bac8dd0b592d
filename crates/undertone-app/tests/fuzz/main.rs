//! Mutated frames, messages and forms are refused or answered (`UNDERTONE_FUZZ`: see
//! undertone-fuzz).

#[allow(dead_code, reason = "the other tests of the server use the rest")]
#[path = "../app/support.rs"]
mod support;

use std::io::{Read, Write};
use std::net::Shutdown;
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use support::{Running, form, read_response, settings, start_with, wav_at};
use undertone_app::{Limits, Settings};
use undertone_fuzz::{Fuzz, PeakAlloc};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// A thread of the server that panics does not end the test.
static PANICS: AtomicUsize = AtomicUsize::new(0);
static HOOK: Once = Once::new();

fn start() -> Running {
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            PANICS.fetch_add(1, Ordering::Relaxed);
            usual(panic);
        }));
    });
    start_with(Settings {
        limits: Limits {
            max_seconds: 10.0,
            max_bytes: 1 << 20,
            ..Limits::default()
        },
        ..settings()
    })
}

/// Send what `request` makes of mutated `seeds`, and read to the end of the connection. `is_whole`
/// tells that the server knows where a request ends. Otherwise the client tells it by closing its
/// side, which ends a request that is being answered too.
fn fuzz(
    name: &str,
    tokens: &[&str],
    seeds: Vec<Vec<u8>>,
    is_whole: bool,
    request: impl Fn(&Running, &[u8]) -> Vec<u8>,
) {
    let server = start();
    let fuzz = Fuzz {
        tokens,
        max_len: 8 << 10,
        // The buffers of a connection on both sides, and a recording at the model's rate.
        allowance: 8 << 20,
        seconds: 5.0,
        ..Fuzz::new(name, seeds)
    };
    fuzz.run(&ALLOCATOR, |input| {
        let before = PANICS.load(Ordering::Relaxed);
        let mut stream = server.connect();
        // The server may end the connection before it has read everything.
        let _ = stream.write_all(&request(&server, input));
        if !is_whole {
            let _ = stream.shutdown(Shutdown::Write);
        }
        let mut response = Vec::new();
        let _ = stream.read_to_end(&mut response);
        assert_eq!(
            PANICS.load(Ordering::Relaxed),
            before,
            "a thread of the server panicked"
        );
        let status = response.get(9..12).unwrap_or_default();
        assert_ne!(status, b"500", "{}", String::from_utf8_lossy(&response));
        status == b"200" || status == b"101"
    });
    let mut stream = server.connect();
    stream
        .write_all(&server.request("GET", "/healthz", &[], b""))
        .unwrap();
    assert_eq!(read_response(&mut stream).status, 200);
}

fn upgrade(server: &Running) -> Vec<u8> {
    format!(
        "GET /api/live HTTP/1.1\r\nhost: {}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        server.address
    )
    .into_bytes()
}

/// Return a frame of a client whose mask changes nothing.
fn frame(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | kind];
    match content.len() {
        len @ 0..126 => frame.push(0x80 | len as u8),
        len => {
            frame.push(0x80 | 126);
            frame.extend((len as u16).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(content);
    frame
}

const BEGIN: &[u8] = br#"{"sample_rate":16000}"#;

#[test]
fn frames_of_web_sockets() {
    let seeds = vec![
        [
            frame(1, BEGIN),
            frame(2, &[0, 16, 0, 240].repeat(300)),
            frame(8, &[3, 232]),
        ]
        .concat(),
        [
            frame(1, BEGIN),
            frame(9, b"ping"),
            frame(10, b"pong"),
            frame(2, &[1; 100]),
        ]
        .concat(),
        [
            frame(1, BEGIN),
            frame(1, br#"{"reset":true}"#),
            frame(0, b"rest"),
        ]
        .concat(),
    ];
    fuzz(
        "frames of WebSockets",
        &[],
        seeds,
        false,
        |server, input| [&upgrade(server), input].concat(),
    );
}

#[test]
fn messages_of_live_mode() {
    let seeds = vec![
        BEGIN.to_vec(),
        br#"{"sample_rate":48000,"voice":null,"reset":true}"#.to_vec(),
    ];
    let tokens = [
        "sample_rate",
        "null",
        "{",
        "}",
        "[",
        "]",
        "\"",
        ",",
        ":",
        "true",
    ];
    fuzz(
        "messages of live mode",
        &tokens,
        seeds,
        false,
        |server, input| {
            let samples = frame(2, &[0, 16, 0, 240].repeat(100));
            let end = frame(8, &[3, 232]);
            [upgrade(server), frame(1, input), samples, end].concat()
        },
    );
}

const JSON: [&str; 12] = [
    "null",
    "{}",
    "[]",
    "[",
    "]",
    "{",
    "}",
    "\"data\":",
    "\"path\":",
    "\"url\":",
    "\"session_hash\":",
    "data:audio/wav;base64,",
];

#[test]
fn messages_of_gradio() {
    let seeds: Vec<Vec<u8>> = [
        r#"{"data":[{"path":"/tmp/gradio/0/clip.wav","meta":{"_type":"gradio.FileData"}}]}"#,
        r#"{"data":[{"path":"x","url":"data:audio/wav;base64,UklGRg==","orig_name":"a.wav"}],
            "session_hash":"abc","fn_index":0,"event_data":null,"trigger_id":4}"#,
        r#"{"data":[],"api_name":"/predict","session_hash":"s"}"#,
    ]
    .map(Vec::from)
    .into();
    let paths = [
        "/gradio_api/queue/join",
        "/gradio_api/call/predict",
        "/gradio_api/api/predict",
    ];
    for path in paths {
        fuzz(
            &format!("messages of Gradio to {path}"),
            &JSON,
            seeds.clone(),
            true,
            |server, input| {
                server.request("POST", path, &["content-type: application/json"], input)
            },
        );
    }
}

#[test]
fn forms() {
    let clip = wav_at(8_000, 0.05, 0.5);
    let seeds = vec![
        form(&[("file", "a.wav", &clip)]),
        form(&[("file", "a.wav", &clip), ("files", "b.wav", &clip)]),
    ];
    let tokens = [
        "--XYZ",
        "--XYZ--",
        "\r\n",
        "content-disposition: form-data; name=\"files\"",
        "\"",
    ];
    for path in ["/gradio_api/upload", "/api/predict/batch"] {
        fuzz(
            &format!("forms to {path}"),
            &tokens,
            seeds.clone(),
            true,
            |server, input| {
                let kind = ["content-type: multipart/form-data; boundary=XYZ"];
                server.request("POST", path, &kind, input)
            },
        );
    }
}

#[test]
fn requests() {
    let address = "GET /api/model HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let chunked = "POST /api/predict HTTP/1.1\r\nhost: localhost\r\nconnection: \
                   close\r\ntransfer-encoding: chunked\r\n\r\n4\r\nRIFF\r\n0\r\n\r\n";
    let tokens = [
        "\r\n",
        "\r\n\r\n",
        ": ",
        "HTTP/1.0",
        "content-length",
        "origin: http://x",
        "%00",
        "?",
    ];
    fuzz(
        "requests",
        &tokens,
        vec![address.into(), chunked.into()],
        false,
        |_, input| input.to_vec(),
    );
}
