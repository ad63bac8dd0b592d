//! Damaged and invalid requests: a small version of `bench/hostile.py`.

use std::io::{Read, Write};
use std::time::Duration;

use crate::support::{Running, form, start, wav};

/// A reproducible random number generator (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ value >> 31
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// Return the bytes with a few of them changed, and sometimes truncated.
    fn damaged(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..1 + self.below(8) {
            let at = self.below(bytes.len());
            bytes[at] = self.next() as u8;
        }
        if self.below(3) == 0 {
            bytes.truncate(self.below(bytes.len()));
        }
        bytes
    }
}

fn fixtures() -> Vec<Vec<u8>> {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../undertone-audio/tests/fixtures"
    );
    let names = [
        "tone.wav",
        "tone.flac",
        "tone.mp3",
        "tone.ogg",
        "tone.m4a",
        "tone.aac",
        "tone-opus.ogg",
    ];
    names
        .iter()
        .map(|name| std::fs::read(format!("{folder}/{name}")).unwrap())
        .collect()
}

/// Return the status, or 0 if the server closed the connection without a response.
fn status(server: &Running, request: &[u8]) -> u16 {
    let mut stream = server.connect();
    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
    let _ = stream.write_all(request);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut response = Vec::new();
    let _ = stream.read_to_end(&mut response);
    let status = response
        .get(9..12)
        .and_then(|status| std::str::from_utf8(status).ok());
    status.map_or(0, |status| status.parse().unwrap())
}

#[test]
fn damaged_recordings_do_not_break_the_server() {
    let server = start();
    let mut numbers = Numbers(1);
    for recording in fixtures() {
        for _ in 0..30 {
            let body = numbers.damaged(&recording);
            let response = server.predict(&body);
            assert!(
                matches!(response.status, 200 | 400 | 415 | 422),
                "{}",
                response.text()
            );
        }
    }
    assert_eq!(server.predict(&wav(0.5)).status, 200);
}

#[test]
fn damaged_requests_do_not_break_the_server() {
    let server = start();
    let mut numbers = Numbers(2);
    let recording = wav(0.5);
    let body = form(&[("file", "a.wav", &recording[..2000])]);
    let headers = ["content-type: multipart/form-data; boundary=XYZ"];
    let whole = server.request("POST", "/api/predict", &headers, &body);
    // The head of the request and the multipart headers.
    let fragile = whole.len() - body.len() + 150;
    for _ in 0..200 {
        let mut request = numbers.damaged(&whole[..fragile]);
        request.extend(&whole[fragile..]);
        let status = status(&server, &request);
        assert!(
            status < 500 || status == 501,
            "{status}: {}",
            String::from_utf8_lossy(&request[..fragile])
        );
    }
    assert_eq!(server.predict(&recording).status, 200);
}

#[test]
fn wrong_lengths_do_not_break_the_server() {
    let server = start();
    let recording = wav(0.5);
    let host = format!("host: {}", server.address);
    for lengths in [
        "content-length: 5\r\ncontent-length: 6",
        "content-length: -1",
        "content-length: 99999999999999999999",
        "content-length: 10\r\ntransfer-encoding: chunked",
        "transfer-encoding: gzip",
        "transfer-encoding: chunked, chunked",
        "transfer-encoding: gzip, chunked",
    ] {
        let mut request =
            format!("POST /api/predict HTTP/1.1\r\n{host}\r\n{lengths}\r\n\r\n").into_bytes();
        request.extend(&recording);
        let status = status(&server, &request);
        assert!(status < 500 || status == 501, "{lengths}: {status}");
    }
    // The content length is larger or smaller than the body.
    for length in [recording.len() + 100, 100] {
        let mut request =
            format!("POST /api/predict HTTP/1.1\r\n{host}\r\ncontent-length: {length}\r\n\r\n")
                .into_bytes();
        request.extend(&recording);
        assert!(status(&server, &request) < 500);
    }
    let long = format!(
        "GET / HTTP/1.1\r\n{host}\r\nx: {}\r\n\r\n",
        "a".repeat(1 << 20)
    );
    assert!(status(&server, long.as_bytes()) < 500);
    let many = format!(
        "GET / HTTP/1.1\r\n{host}\r\n{}\r\n",
        "x: y\r\n".repeat(1000)
    );
    assert!(status(&server, many.as_bytes()) < 500);
    assert_eq!(server.predict(&recording).status, 200);
}

#[test]
fn wrong_frames_do_not_break_the_server() {
    let server = start();
    let mut numbers = Numbers(3);
    let upgrade = server.request(
        "GET",
        "/api/live",
        &[
            "upgrade: websocket",
            "connection: upgrade",
            "sec-websocket-version: 13",
            "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
        ],
        b"",
    );
    let upgrade = String::from_utf8(upgrade)
        .unwrap()
        .replace("connection: close\r\n", "");
    for _ in 0..50 {
        let mut stream = server.connect();
        stream.write_all(upgrade.as_bytes()).unwrap();
        let mut head = [0; 12];
        stream.read_exact(&mut head).unwrap();
        assert_eq!(&head, b"HTTP/1.1 101");
        let garbage: Vec<u8> = (0..200).map(|_| numbers.next() as u8).collect();
        let _ = stream.write_all(&garbage);
    }
    server.wait_until("all connections are closed", |server| {
        server.metric("undertone_live_connections") == 0.0
    });
    assert_eq!(server.predict(&wav(0.5)).status, 200);
}
