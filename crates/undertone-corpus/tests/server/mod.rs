//! A small HTTP server that can misbehave.

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// How the server departs from serving the archive, whole or in ranges.
#[derive(Default, Clone, Copy)]
pub(crate) struct Behavior {
    /// Closes the connection of the first answer after so many bytes of the body.
    pub(crate) break_first_at: Option<usize>,
    /// Ignores `Range`.
    pub(crate) no_ranges: bool,
    /// Answers a range with one that begins elsewhere.
    pub(crate) wrong_range: bool,
    /// Sends no `Content-Length`; the end of the connection ends the body.
    pub(crate) no_length: bool,
    /// Answers with this status and, if given, this `Retry-After`.
    pub(crate) refuse: Option<(&'static str, Option<&'static str>)>,
}

pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves `content` under every path until dropped.
    pub(crate) fn start(content: Vec<u8>, behavior: Behavior) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stopping = Arc::new(AtomicBool::new(false));
        let thread = thread::spawn({
            let (requests, stopping) = (requests.clone(), stopping.clone());
            move || {
                for stream in listener.incoming() {
                    if stopping.load(Ordering::SeqCst) {
                        return;
                    }
                    // A client that hangs up in the middle is part of the tests.
                    let _ = answer(&stream.unwrap(), &content, behavior, &requests);
                }
            }
        });
        Self {
            address,
            requests,
            stopping,
            thread: Some(thread),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked for: `PATH from FIRST_BYTE`.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(
    mut stream: &TcpStream,
    content: &[u8],
    behavior: Behavior,
    requests: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let request_line = lines.next().unwrap_or(Ok(String::new()))?;
    let path = request_line
        .split(' ')
        .nth(1)
        .unwrap_or_default()
        .to_owned();
    let mut from = 0;
    for line in lines {
        let line = line?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(range) = line.strip_prefix("range: bytes=") {
            from = range.trim_end_matches('-').parse().unwrap();
        }
    }
    let is_first = {
        let mut requests = requests.lock().unwrap();
        requests.push(format!("{path} from {from}"));
        requests.len() == 1
    };
    let mut head = String::new();
    let mut body = content;
    if let Some((status, retry_after)) = behavior.refuse {
        head += &format!("HTTP/1.1 {status}\r\n");
        if let Some(value) = retry_after {
            head += &format!("Retry-After: {value}\r\n");
        }
        body = b"";
    } else if from > 0 && !behavior.no_ranges {
        let start = if behavior.wrong_range { from + 1 } else { from };
        let (last, total) = (content.len() - 1, content.len());
        head += &format!(
            "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {start}-{last}/{total}\r\n"
        );
        body = &content[start..];
    } else {
        head += "HTTP/1.1 200 OK\r\n";
    }
    if !behavior.no_length {
        head += &format!("Content-Length: {}\r\n", body.len());
    }
    head += "Connection: close\r\n\r\n";
    stream.write_all(head.as_bytes())?;
    match behavior.break_first_at {
        Some(length) if is_first => stream.write_all(&body[..length])?,
        _ => stream.write_all(body)?,
    }
    stream.shutdown(Shutdown::Write)
}
