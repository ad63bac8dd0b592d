//! A small HTTP server whose responses a test chooses. It can close a connection early.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The keys are in lower case.
    pub(crate) headers: BTreeMap<String, String>,
}

impl Request {
    /// The first byte of the requested range.
    pub(crate) fn from(&self) -> usize {
        let range = self.headers.get("range");
        range.map_or(0, |range| {
            let first = range.strip_prefix("bytes=").unwrap();
            first.trim_end_matches('-').parse().unwrap()
        })
    }
}

pub(crate) struct Response {
    pub(crate) status: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// Sends no `Content-Length`; the end of the connection ends the body.
    pub(crate) no_length: bool,
    /// Closes the connection after this many bytes of the body.
    pub(crate) break_at: Option<usize>,
}

impl Response {
    pub(crate) fn new(status: &'static str) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            no_length: false,
            break_at: None,
        }
    }

    /// The requested range of a file, or the whole file.
    pub(crate) fn file(content: &[u8], from: usize) -> Self {
        if from == 0 {
            return Self {
                body: content.to_vec(),
                ..Self::new("200 OK")
            };
        }
        let (last, total) = (content.len() - 1, content.len());
        Self {
            body: content[from..].to_vec(),
            ..Self::new("206 Partial Content")
        }
        .header("Content-Range", format!("bytes {from}-{last}/{total}"))
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Answers requests until dropped.
    pub(crate) fn start(respond: impl Fn(&Request) -> Response + Send + 'static) -> Self {
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
                    // In some tests the client closes the connection early.
                    let _ = serve(&stream.unwrap(), &respond, &requests);
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

    /// The requests since the last call.
    pub(crate) fn take_requests(&self) -> Vec<Request> {
        std::mem::take(&mut self.requests.lock().unwrap())
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

fn serve(
    mut stream: &TcpStream,
    respond: &impl Fn(&Request) -> Response,
    requests: &Mutex<Vec<Request>>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let request_line = lines.next().unwrap_or(Ok(String::new()))?;
    let mut words = request_line.split(' ').map(str::to_owned);
    let mut request = Request {
        method: words.next().unwrap_or_default(),
        path: words.next().unwrap_or_default(),
        headers: BTreeMap::new(),
    };
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        request
            .headers
            .insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    requests.lock().unwrap().push(request.clone());
    let response = respond(&request);
    let mut head = format!("HTTP/1.1 {}\r\n", response.status);
    for (name, value) in &response.headers {
        head += &format!("{name}: {value}\r\n");
    }
    let length = response.body.len();
    if !response.no_length {
        head += &format!("Content-Length: {length}\r\n");
    }
    head += "Connection: close\r\n\r\n";
    stream.write_all(head.as_bytes())?;
    if request.method != "HEAD" {
        stream.write_all(&response.body[..response.break_at.unwrap_or(length)])?;
    }
    stream.shutdown(Shutdown::Write)
}
