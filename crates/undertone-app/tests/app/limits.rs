use std::io::{Read, Write};
use std::time::{Duration, Instant};

use undertone_app::{Limits, Settings, Timeouts};

use crate::support::{Running, WAITS, read_response, settings, start_with, wav, wav_at};

fn with_limits(change: impl FnOnce(&mut Limits)) -> Running {
    let mut settings = settings();
    change(&mut settings.limits);
    start_with(settings)
}

fn with_timeouts(change: impl FnOnce(&mut Timeouts)) -> Running {
    let mut settings: Settings = settings();
    change(&mut settings.timeouts);
    start_with(settings)
}

#[test]
fn a_full_queue_refuses_requests() {
    let server = with_limits(|limits| {
        limits.queue = 2;
    });
    std::thread::scope(|scope| {
        let waiting: Vec<_> = (0..2)
            .map(|_| scope.spawn(|| server.predict(&wav_at(WAITS, 1.0, 0.5))))
            .collect();
        server.wait_until("the queue is full", |server| {
            server.metric("undertone_queue_length") == 2.0
        });
        let response = server.predict(&wav(0.5));
        assert_eq!(
            (response.status, response.problem()),
            (503, "busy".to_owned())
        );
        assert_eq!(response.header("retry-after"), Some("1"));
        let response =
            server.post_json("/gradio_api/call/predict", &serde_json::json!({"data": []}));
        assert_eq!(response.status, 503);
        server.gate.open();
        for response in waiting {
            assert_eq!(response.join().unwrap().status, 200);
        }
    });
    assert_eq!(server.predict(&wav(0.5)).status, 200);
}

#[test]
fn long_recordings_and_large_bodies_are_refused() {
    let server = with_limits(|limits| {
        limits.max_seconds = 2.0;
        limits.max_bytes = 100_000;
    });
    let response = server.predict(&wav_at(8_000, 2.1, 0.5));
    assert_eq!(
        (response.status, response.problem()),
        (422, "too-long".to_owned())
    );
    let large = wav_at(48_000, 1.9, 0.5);
    let response = server.predict(&large);
    assert_eq!(
        (response.status, response.problem()),
        (413, "too-large".to_owned())
    );
    // The same without a content length.
    let mut request = format!(
        "POST /api/predict HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n",
        server.address,
        large.len()
    )
    .into_bytes();
    request.extend(&large);
    request.extend(b"\r\n0\r\n\r\n");
    assert_eq!(server.raw(&request).status, 413);
}

#[test]
fn a_small_file_that_decodes_to_a_long_recording_is_refused() {
    let server = with_limits(|limits| limits.max_seconds = 60.0);
    let began = Instant::now();
    for (name, bomb) in [
        ("flac", flac_bomb(false)),
        ("flac without a length", flac_bomb(true)),
    ] {
        assert!(bomb.len() < 2_000_000, "{name}: {}", bomb.len());
        let response = server.predict(&bomb);
        assert_eq!(
            (response.status, response.problem()),
            (422, "too-long".to_owned()),
            "{name}"
        );
    }
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
}

/// Return hours of silence: frames of a constant, each with 65 535 samples in 12 bytes.
fn flac_bomb(length_unknown: bool) -> Vec<u8> {
    const FRAMES: u64 = 50_000;
    let total = if length_unknown { 0 } else { FRAMES * 65_535 };
    let mut file = b"fLaC\x80\0\0\x22\xff\xff\xff\xff\0\0\0\0\0\0".to_vec();
    // 16 kHz, one channel, 16 bits.
    let packed = 16_000_u64 << 44 | 15 << 36 | total;
    file.extend(packed.to_be_bytes());
    file.extend([0; 16]);
    // The number of a frame is coded like a character.
    for number in ('\0'..).take(FRAMES as usize) {
        let start = file.len();
        file.extend([0xff, 0xf8, 0x75, 0x08]);
        file.extend(number.encode_utf8(&mut [0; 4]).as_bytes());
        file.extend([0xff, 0xfe]);
        file.push(crc8(&file[start..]));
        file.extend([0, 0, 1]);
        let crc = crc16(&file[start..]);
        file.extend(crc.to_be_bytes());
    }
    file
}

fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| {
            if crc & 0x80 == 0 {
                crc << 1
            } else {
                crc << 1 ^ 0x07
            }
        })
    })
}

fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| {
            if crc & 0x8000 == 0 {
                crc << 1
            } else {
                crc << 1 ^ 0x8005
            }
        })
    })
}

#[test]
fn bodies_in_memory_are_limited() {
    let server = with_limits(|limits| {
        limits.memory = 0;
        limits.max_bytes = 50_000;
        limits.address_share = 1.0;
    });
    // The largest body is read, and so is the largest form.
    let recording = wav_at(8_000, 3.0, 0.5);
    assert_eq!(server.predict(&recording).status, 200);
    let form: [(&str, &str, &[u8]); 1] = [("file", "a.wav", &recording)];
    assert_eq!(server.post_form("/api/predict", &form).status, 200);
    // Further requests are refused while unfinished bodies use all the memory.
    let request = server.request("POST", "/api/predict", &[], &recording);
    let mut halves: Vec<_> = (0..2).map(|_| server.connect()).collect();
    for half in &mut halves {
        half.write_all(&request[..request.len() - 1]).unwrap();
    }
    server.wait_until("the unfinished bodies use the memory", |server| {
        server.metric("undertone_memory_bytes") == 2.0 * (recording.len() - 1) as f64
    });
    let response = server.predict(&recording);
    assert_eq!(
        (response.status, response.problem()),
        (503, "busy".to_owned())
    );
    drop(halves);
    server.wait_until("no memory is in use", |server| {
        server.metric("undertone_memory_bytes") == 0.0
    });
    assert_eq!(server.predict(&recording).status, 200);
}

#[test]
fn the_longest_recordings_wait_for_each_other() {
    let server = with_limits(|limits| {
        limits.memory = 0;
        limits.decoded = 0;
        limits.max_seconds = 5.0;
    });
    let longest = wav_at(192_000, 5.0, 0.5);
    std::thread::scope(|scope| {
        let ask = || server.post("/api/predict?picture=1", &longest).status;
        let asking: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        for response in asking {
            assert_eq!(response.join().unwrap(), 200, "they wait for each other");
        }
    });
}

#[test]
fn a_client_that_expects_100_continue_is_refused_at_once() {
    let server = with_limits(|limits| limits.max_bytes = 1000);
    let began = Instant::now();
    let mut stream = server.connect();
    let head = "POST /api/predict HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2000\r\n\
                expect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let response = read_response(&mut stream);
    assert_eq!(
        (response.status, response.problem()),
        (413, "too-large".to_owned())
    );
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn too_many_files_are_refused() {
    let server = with_limits(|limits| limits.files = 3);
    let recording = wav(0.5);
    let part: (&str, &str, &[u8]) = ("file", "a.wav", &recording);
    assert_eq!(
        server.post_form("/api/predict/batch", &[part; 3]).status,
        200
    );
    let response = server.post_form("/api/predict/batch", &[part; 4]);
    assert_eq!(
        (response.status, response.problem()),
        (413, "too-large".to_owned())
    );
}

#[test]
fn a_slow_head_is_refused() {
    let server = with_timeouts(|timeouts| timeouts.head = Duration::from_millis(200));
    let mut stream = server.connect();
    let began = Instant::now();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n")
        .unwrap();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(
        rest.is_empty() || rest.starts_with(b"HTTP/1.1 408"),
        "{rest:?}"
    );
    // A client that sends nothing.
    let mut stream = server.connect();
    assert_eq!(stream.read(&mut [0; 16]).unwrap(), 0);
}

#[test]
fn an_idle_connection_is_closed() {
    let server = with_timeouts(|timeouts| timeouts.head = Duration::from_millis(300));
    let mut stream = server.connect();
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .unwrap();
    let began = Instant::now();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    assert!(all.starts_with(b"HTTP/1.1 200"));
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn a_slow_body_is_refused() {
    let server = with_timeouts(|timeouts| timeouts.body = Duration::from_millis(300));
    let recording = wav(0.5);
    let request = server.request("POST", "/api/predict", &[], &recording);
    let (begin, rest) = request.split_at(request.len() - 10_000);
    let mut stream = server.connect();
    stream.write_all(begin).unwrap();
    let response = std::thread::scope(|scope| {
        let mut drip = stream.try_clone().unwrap();
        scope.spawn(move || {
            for byte in rest {
                if drip.write_all(&[*byte]).is_err() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        let response = read_response(&mut stream);
        let _ = stream.shutdown(std::net::Shutdown::Both);
        response
    });
    assert_eq!(
        (response.status, response.problem()),
        (408, "timeout".to_owned())
    );
}

#[test]
fn one_address_cannot_use_all_connections() {
    let server = with_limits(|limits| limits.connections_per_address = 2);
    let _open = [server.connect(), server.connect()];
    let mut refusal = Vec::new();
    let _ = server.connect().read_to_end(&mut refusal);
    let refusal = String::from_utf8(refusal).unwrap();
    assert!(
        refusal.starts_with("HTTP/1.1 429 Too Many Requests\r\n"),
        "{refusal}"
    );
    assert!(refusal.contains("application/problem+json"), "{refusal}");
}

#[test]
fn connections_are_limited() {
    let server = with_limits(|limits| limits.connections = 3);
    let mut open: Vec<_> = (0..3).map(|_| server.connect()).collect();
    server.wait_until("all connections are in use", |server| {
        let mut stream = server.connect();
        let mut response = Vec::new();
        let _ = stream.set_read_timeout(Some(Duration::from_millis(100)));
        let _ = stream.read_to_end(&mut response);
        response.starts_with(b"HTTP/1.1 503") && response.ends_with(b"}")
    });
    let mut first = open.remove(0);
    first
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .unwrap();
    assert_eq!(
        read_response(&mut first).status,
        200,
        "open connections are served"
    );
    server.wait_until("a connection is free again", |server| {
        let request = server.request("GET", "/healthz", &[], b"");
        let mut stream = server.connect();
        let _ = stream.write_all(&request);
        let mut response = Vec::new();
        let _ = stream.read_to_end(&mut response);
        response.starts_with(b"HTTP/1.1 200")
    });
}

#[test]
fn a_refused_client_that_sends_a_body_still_reads_the_reason() {
    let server = with_limits(|limits| limits.connections = 1);
    let _open = server.connect();
    let refusal = server.predict(&vec![7; 4 << 20]);
    assert_eq!(
        (refusal.status, refusal.problem()),
        (503, "busy".to_owned())
    );
}

#[test]
fn a_body_that_stalls_is_refused() {
    let server = with_timeouts(|timeouts| timeouts.body = Duration::from_millis(500));
    let recording = wav_at(48_000, 20.0, 0.5);
    let request = server.request("POST", "/api/predict", &[], &recording);
    let mut stream = server.connect();
    let began = Instant::now();
    // Quick bytes are no credit for a long pause.
    stream.write_all(&request[..request.len() - 1]).unwrap();
    let response = read_response(&mut stream);
    assert_eq!(
        (response.status, response.problem()),
        (408, "timeout".to_owned())
    );
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
}

/// Start a server that takes its clients' addresses from `X-Forwarded-For`.
fn behind_a_proxy(change: impl FnOnce(&mut Settings)) -> Running {
    let mut settings = settings();
    settings.access.behind_proxy = true;
    change(&mut settings);
    start_with(settings)
}

const ONE: &str = "x-forwarded-for: 10.0.0.1";
const OTHER: &str = "x-forwarded-for: 10.0.0.2";

#[test]
fn one_address_cannot_use_all_memory() {
    let server = behind_a_proxy(|settings| {
        settings.limits.max_bytes = 1 << 20;
        settings.limits.memory = 4 << 20;
    });
    let recording = wav_at(48_000, 10.0, 0.5);
    let request = server.request("POST", "/api/predict", &[ONE], &recording);
    let mut stalled = server.connect();
    stalled.write_all(&request[..request.len() - 1]).unwrap();
    server.wait_until("the unfinished body uses memory", |server| {
        server.metric("undertone_memory_bytes") == (recording.len() - 1) as f64
    });
    let ask = |client| server.send("POST", "/api/predict", &[client], &recording);
    let refused = ask(ONE);
    assert_eq!(
        (refused.status, refused.problem()),
        (429, "too-many-requests".to_owned())
    );
    assert_eq!(ask(OTHER).status, 200);
}

#[test]
fn one_address_cannot_fill_the_queue() {
    let server = behind_a_proxy(|settings| {
        settings.limits.queue = 4;
        settings.limits.queue_per_address = 2;
    });
    let ask = |client, rate| {
        let recording = wav_at(rate, 1.0, 0.5);
        server.send("POST", "/api/predict", &[client], &recording)
    };
    std::thread::scope(|scope| {
        let waiting = [(); 2].map(|()| scope.spawn(|| ask(ONE, WAITS)));
        server.wait_until("the share is used up", |server| {
            server.metric("undertone_queue_length") == 2.0
        });
        let refused = ask(ONE, 16_000);
        assert_eq!(
            (refused.status, refused.problem()),
            (429, "too-many-requests".to_owned())
        );
        assert_eq!(refused.header("retry-after"), Some("1"));
        let other = scope.spawn(|| ask(OTHER, 16_000));
        server.wait_until("the other client is accepted", |server| {
            server.metric("undertone_queue_length") == 3.0
        });
        server.gate.open();
        assert_eq!(other.join().unwrap().status, 200);
        for response in waiting {
            assert_eq!(response.join().unwrap().status, 200);
        }
    });
}

#[test]
fn large_recordings_of_one_client_do_not_delay_others() {
    let server = behind_a_proxy(|settings| {
        settings.workers = 2;
        settings.limits.decoded = 0;
        settings.limits.max_seconds = 65.0;
    });
    // More than the client's share of the memory for decoded recordings, and so long that the model
    // is blocked for each of them.
    let large = wav_at(WAITS, 61.0, 0.5);
    let ask = |client, recording: &[u8]| server.send("POST", "/api/predict", &[client], recording);
    std::thread::scope(|scope| {
        let waiting: Vec<_> = (0..24).map(|_| scope.spawn(|| ask(ONE, &large))).collect();
        server.wait_until("all are accepted", |server| {
            server.metric("undertone_queue_length") == 24.0
        });
        for _ in 0..3 {
            assert_eq!(ask(OTHER, &wav(0.5)).status, 200, "while the others wait");
        }
        server.gate.open();
        for response in waiting {
            assert_eq!(response.join().unwrap().status, 200);
        }
    });
}
