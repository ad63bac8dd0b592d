//! Starts `undertone serve` and sends requests to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A running `undertone serve`. Dropping it kills the process.
pub(crate) struct Serving {
    child: Child,
    /// The output of `--json`.
    pub(crate) started: Value,
}

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_undertone"));
    command
        .arg("serve")
        .args(arguments)
        .env_remove("UNDERTONE_TOKEN")
        .stdin(Stdio::null());
    command
}

/// Start the server on a free port.
pub(crate) fn serve(arguments: &[&str]) -> Serving {
    let arguments = [&["--port", "0", "--json"], arguments].concat();
    serve_by(command(&arguments).stderr(Stdio::inherit()))
}

pub(crate) fn serve_by(command: &mut Command) -> Serving {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    let started = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
    Serving { child, started }
}

pub(crate) fn sample(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../samples")
        .join(name)
}

impl Serving {
    pub(crate) fn url(&self) -> &str {
        self.started["url"].as_str().unwrap()
    }

    pub(crate) fn address(&self) -> &str {
        self.url().strip_prefix("http://").unwrap()
    }

    /// Send a request and return the status and body of the response.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        header: &str,
        body: &[u8],
    ) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             content-length: {length}\r\n{header}\r\n"
        )
        .unwrap();
        stream.write_all(body).unwrap();
        let mut response = Vec::new();
        stream.read_to_end(&mut response).unwrap();
        let head = response
            .windows(4)
            .position(|it| it == b"\r\n\r\n")
            .unwrap();
        let status = std::str::from_utf8(&response[9..12])
            .unwrap()
            .parse()
            .unwrap();
        (status, response.split_off(head + 4))
    }

    pub(crate) fn predict(&self, query: &str, recording: &[u8]) -> (u16, Value) {
        let (status, body) = self.send("POST", &format!("/api/predict{query}"), "", recording);
        (status, serde_json::from_slice(&body).unwrap())
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Send a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", name, &id])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Wait for the process to end.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(
                began.elapsed() < Duration::from_secs(40),
                "the process does not end"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
