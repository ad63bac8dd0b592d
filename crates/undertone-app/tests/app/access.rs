use serde_json::json;
use undertone_app::{Access, Settings};

use crate::support::{Running, settings, start, start_with, wav};

const TOKEN: &str = "s3cret-token";

fn with_access(access: Access) -> Running {
    start_with(Settings {
        access,
        ..settings()
    })
}

fn with_token() -> Running {
    with_access(Access {
        token: Some(TOKEN.to_owned()),
        ..Access::default()
    })
}

#[test]
fn a_wrong_or_missing_token_is_refused() {
    let server = with_token();
    for path in [
        "/api/model",
        "/metrics",
        "/config",
        "/gradio_api/info",
        "/samples/neutral.flac",
        "/nowhere",
    ] {
        let response = server.get(path);
        assert_eq!(
            (response.status, response.problem()),
            (401, "unauthorized".to_owned()),
            "{path}"
        );
        assert!(
            response
                .header("www-authenticate")
                .unwrap()
                .starts_with("Bearer"),
            "{path}"
        );
        let wrong = server.send("GET", path, &["authorization: Bearer s3cret-tokex"], b"");
        assert_eq!(wrong.status, 401, "{path}");
        let right = server.send("GET", path, &["authorization: Bearer s3cret-token"], b"");
        assert_ne!(right.status, 401, "{path}");
    }
    let header = ["authorization: Bearer s3cret-token"];
    assert_eq!(server.predict(&wav(0.5)).status, 401);
    assert_eq!(
        server
            .send("POST", "/api/predict", &header, &wav(0.5))
            .status,
        200
    );
    // As gradio_client.Client(token=…) sends it.
    let header = ["x-hf-authorization: Bearer s3cret-token"];
    assert_eq!(server.send("GET", "/config", &header, b"").status, 200);
}

#[test]
fn health_checks_and_the_page_need_no_token() {
    let server = with_token();
    for path in ["/", "/assets/main.js", "/api/docs", "/healthz", "/readyz"] {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
}

#[test]
fn unknown_host_names_are_refused() {
    let server = start();
    let status = |host: &str| {
        server
            .send("GET", "/api/model", &[&format!("host: {host}")], b"")
            .status
    };
    assert_eq!(status("localhost:7860"), 200);
    assert_eq!(status("127.0.0.1"), 200);
    assert_eq!(status("[::1]:80"), 200);
    // A page at rebound.example.org whose host name resolves to this machine.
    assert_eq!(status("rebound.example.org:7860"), 421);
    assert_eq!(status("localhost.example.org"), 421);
    assert_eq!(status("a b"), 421);
    assert_eq!(status("evil.example.org@127.0.0.1"), 421);

    let named = with_access(Access {
        hosts: vec!["voice.example.org".to_owned()],
        ..Access::default()
    });
    let status = |host: &str| {
        named
            .send("GET", "/api/model", &[&format!("host: {host}")], b"")
            .status
    };
    assert_eq!(status("VOICE.example.org"), 200);
    assert_eq!(status("localhost"), 200);
    assert_eq!(status("other.example.org"), 421);
}

#[test]
fn pages_of_other_origins_cannot_send_requests() {
    let server = start();
    let own = format!("origin: http://{}", server.address);
    assert_eq!(
        server
            .send("POST", "/api/predict", &[&own], &wav(0.5))
            .status,
        200
    );
    for origin in [
        "origin: https://evil.example.org",
        "origin: null",
        "origin: http://localhost:1",
    ] {
        let response = server.send("POST", "/api/predict", &[origin], &wav(0.5));
        assert_eq!(
            (response.status, response.problem()),
            (403, "forbidden".to_owned()),
            "{origin}"
        );
        let headers = [
            origin,
            "upgrade: websocket",
            "connection: upgrade",
            "sec-websocket-version: 13",
            "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
        ];
        assert_eq!(
            server.send("GET", "/api/live", &headers, b"").status,
            403,
            "{origin}"
        );
    }
    let reading = server.send(
        "GET",
        "/api/model",
        &["origin: https://evil.example.org"],
        b"",
    );
    assert_eq!(reading.header("access-control-allow-origin"), None);
}

#[test]
fn pages_of_allowed_origins_can_send_requests() {
    let server = with_access(Access {
        token: Some(TOKEN.to_owned()),
        origins: vec!["https://friend.example.org".to_owned()],
        ..Access::default()
    });
    let preflight = server.send(
        "OPTIONS",
        "/gradio_api/queue/join",
        &[
            "origin: https://friend.example.org",
            "access-control-request-method: POST",
            "access-control-request-headers: authorization,content-type,x-gradio-user",
        ],
        b"",
    );
    assert_eq!(preflight.status, 200);
    let allowed = preflight.header("access-control-allow-headers").unwrap();
    assert!(
        allowed.contains("authorization") && allowed.contains("x-gradio-user"),
        "{allowed}"
    );
    let headers = [
        "origin: https://friend.example.org",
        "authorization: Bearer s3cret-token",
    ];
    let response = server.send("POST", "/api/predict", &headers, &wav(0.5));
    assert_eq!(response.status, 200);
    assert_eq!(
        response.header("access-control-allow-origin"),
        Some("https://friend.example.org")
    );
    let headers = [
        "origin: https://other.example.org",
        "authorization: Bearer s3cret-token",
    ];
    let response = server.send("POST", "/api/predict", &headers, &wav(0.5));
    assert_eq!(
        (
            response.status,
            response.header("access-control-allow-origin")
        ),
        (403, None)
    );
}

#[test]
fn every_response_has_security_headers() {
    let server = start();
    for response in [
        server.get("/"),
        server.get("/api/model"),
        server.get("/nothing"),
        server.predict(b"x"),
    ] {
        let policy = response.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(response.header("x-frame-options"), Some("DENY"));
        assert_eq!(response.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(response.header("set-cookie"), None);
    }
    assert_eq!(
        server.get("/api/model").header("cache-control"),
        Some("no-store")
    );
    let framed = with_access(Access {
        frame_ancestors: vec!["https://huggingface.co".to_owned()],
        ..Access::default()
    });
    let response = framed.get("/");
    assert!(
        response
            .header("content-security-policy")
            .unwrap()
            .contains("frame-ancestors https://huggingface.co")
    );
    assert_eq!(response.header("x-frame-options"), None);
}

#[test]
fn urls_and_paths_from_clients_are_never_opened() {
    let server = start();
    let elsewhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let address = format!("http://{}/a.wav", elsewhere.local_addr().unwrap());
    for path in [
        address.as_str(),
        "file:///etc/passwd",
        "/etc/passwd",
        "../../Cargo.toml",
    ] {
        let body =
            json!({"data": [{"path": path, "url": path, "meta": {"_type": "gradio.FileData"}}]});
        let response = server.post_json("/gradio_api/run/predict", &body);
        assert_eq!(
            (response.status, response.problem()),
            (400, "bad-request".to_owned()),
            "{path}"
        );
    }
    assert!(
        elsewhere.accept().is_err(),
        "the server opened no connection"
    );
    for path in [
        "/assets/../Cargo.toml",
        "/assets/%2e%2e%2fCargo.toml",
        "/samples/..%2fREADME.md",
        "//etc/passwd",
    ] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
}

#[test]
fn a_request_has_exactly_one_host_header() {
    let server = start();
    for hosts in ["", "host: localhost\r\nhost: evil.example.org\r\n"] {
        let request = format!("GET / HTTP/1.1\r\n{hosts}connection: close\r\n\r\n");
        let response = server.raw(request.as_bytes());
        let refused = (response.status, response.problem());
        assert_eq!(refused, (400, "bad-request".to_owned()), "{hosts}");
    }
    let old = server.raw(b"GET / HTTP/1.0\r\n\r\n");
    assert_eq!(old.status, 200);
}

#[test]
fn wrong_tokens_of_one_address_are_limited() {
    let server = with_access(Access {
        token: Some(TOKEN.to_owned()),
        behind_proxy: true,
        ..Access::default()
    });
    let ask = |address: &str, token: &str| {
        let address = format!("x-forwarded-for: {address}");
        let token = format!("authorization: Bearer {token}");
        server.send("GET", "/api/model", &[&address, &token], b"")
    };
    let refused = (0..1000).find(|n| ask("10.0.0.1", &format!("wrong-{n}")).status == 429);
    assert!(refused.is_some_and(|n| n >= 32), "{refused:?}");
    let response = ask("10.0.0.1", TOKEN);
    assert_eq!(
        (response.status, response.problem()),
        (429, "too-many-requests".to_owned()),
        "the token is not looked at"
    );
    assert_eq!(ask("10.0.0.2", TOKEN).status, 200);
    // A missing token is no guess.
    for _ in 0..50 {
        let headers = ["x-forwarded-for: 10.0.0.3"];
        assert_eq!(server.send("GET", "/api/model", &headers, b"").status, 401);
    }
    assert_eq!(ask("10.0.0.3", TOKEN).status, 200);
}

#[test]
fn one_request_cannot_guess_many_tokens() {
    let server = with_token();
    let guesses = (0..50).map(|n| format!("undertone.token.wrong-{n}, "));
    let guesses: String = guesses.collect();
    let header = format!("sec-websocket-protocol: {guesses}undertone.token.{TOKEN}");
    assert_eq!(
        server.send("GET", "/api/model", &[&header], b"").status,
        401
    );
}

#[test]
fn a_request_has_at_most_one_origin() {
    let server = start();
    let own = format!("origin: http://{}", server.address);
    let origins = [own.as_str(), "origin: https://evil.example.org"];
    let response = server.send("POST", "/api/predict", &origins, &wav(0.5));
    assert_eq!(
        (response.status, response.problem()),
        (400, "bad-request".to_owned())
    );
}

#[test]
fn an_unknown_transfer_encoding_is_refused() {
    let server = start();
    for encoding in ["gzip, chunked", "gzip\r\ntransfer-encoding: chunked"] {
        let request = format!(
            "POST /api/predict HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\
             transfer-encoding: {encoding}\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            server.address
        );
        let response = server.raw(request.as_bytes());
        assert_eq!(
            (response.status, response.problem()),
            (501, "not-implemented".to_owned()),
            "{encoding}"
        );
    }
}
