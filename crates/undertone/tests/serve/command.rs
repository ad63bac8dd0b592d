use std::net::TcpListener;
use std::process::Stdio;

use crate::program::{command, sample, serve, serve_by};

/// Return what the program prints to stderr when it refuses to start.
fn refusal(arguments: &[&str]) -> String {
    let output = command(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn the_start_is_announced_as_json() {
    let serving = serve(&[]);
    assert!(
        serving.url().starts_with("http://127.0.0.1:"),
        "{}",
        serving.url()
    );
    assert_eq!(serving.started["model"], "undertone-all");
    assert_eq!(serving.started["labels"][0], "neutral");
}

#[test]
fn a_port_in_use_is_an_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let error = refusal(&["--port", &port]);
    assert!(error.contains(&port) && error.contains("--port"), "{error}");
}

#[test]
fn invalid_arguments_are_refused() {
    assert!(refusal(&["--port", "0", "--model", "/nowhere"]).contains("no model here"));
    assert!(refusal(&["--token", "short"]).contains("letters"));
    assert!(refusal(&["--token", "with space and all"]).contains("letters"));
    assert!(refusal(&["--cors", "*"]).contains("https://example.org"));
    assert!(refusal(&["--cors", "https://a.example/path"]).contains("https://example.org"));
    assert!(refusal(&["--frame-ancestor", "https://a.example; script-src *"]).contains("origin"));
    assert!(refusal(&["--allow-host", "a.example:80"]).contains("name"));
    assert!(refusal(&["--max-seconds", "0"]).contains("above 0"));
    assert!(refusal(&["--queue", "0"]).contains('1'));
    assert!(refusal(&["--host", "no.such.host.invalid", "--port", "0"]).contains("cannot listen"));
}

#[test]
fn the_token_can_come_from_the_environment_and_is_not_shown() {
    let mut program = command(&["--port", "0", "--json", "--log", "json"]);
    let serving = serve_by(
        program
            .env("UNDERTONE_TOKEN", "s3cret-token")
            .stderr(Stdio::null()),
    );
    assert_eq!(serving.send("GET", "/api/model", "", b"").0, 401);
    let header = "authorization: Bearer s3cret-token\r\n";
    assert_eq!(serving.send("GET", "/api/model", header, b"").0, 200);
    let help = command(&["--help"])
        .env("UNDERTONE_TOKEN", "s3cret-token")
        .output()
        .unwrap();
    assert!(!String::from_utf8(help.stdout).unwrap().contains("s3cret"));
}

#[test]
fn the_log_has_requests_but_no_file_names() {
    let mut program = command(&["--port", "0", "--json", "--log", "json"]);
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut serving = serve_by(program.stderr(log.reopen().unwrap()));
    let recording = std::fs::read(sample("neutral.flac")).unwrap();
    let mut body = b"--XYZ\r\ncontent-disposition: form-data; name=\"file\"; \
        filename=\"my-diary.wav\"\r\n\r\n"
        .to_vec();
    body.extend(&recording);
    body.extend(b"\r\n--XYZ--\r\n");
    let form = "content-type: multipart/form-data; boundary=XYZ\r\n";
    assert_eq!(serving.send("POST", "/api/predict", form, &body).0, 200);
    assert_eq!(serving.send("GET", "/my-diary", "", b"").0, 404);
    serving.signal("TERM");
    assert_eq!(serving.ended().code(), Some(0));
    let log = std::fs::read_to_string(log.path()).unwrap();
    let lines: Vec<serde_json::Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let request = lines
        .iter()
        .find(|line| line["route"] == "/api/predict")
        .unwrap();
    assert_eq!(
        (&request["method"], &request["status"]),
        (&"POST".into(), &200.into())
    );
    assert!(request["milliseconds"].as_f64().unwrap() > 0.0);
    assert!(!log.contains("diary"), "{log}");
}
