//! Start a server, create recordings, and send requests.

use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::ControlFlow;
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;
use undertone_answer::{Answers, Classes, Influence, ModelIdentity, Segmentation};
use undertone_app::{
    LongRecognition, ModelDescription, Progress, Recognition, RecognizeError, Recognizer, Server,
    Settings, StopHandle, Window,
};
use undertone_audio::{Channels, DecodeOptions, Recording, Source};

/// A recording at this rate makes the recognizer panic.
pub(crate) const PANICS: u32 = 11_111;
/// A recording at this rate waits until the gate is opened.
pub(crate) const WAITS: u32 = 12_000;
/// A recording at this rate makes the recognizer fail.
pub(crate) const BREAKS: u32 = 22_050;

pub(crate) const LABELS: [&str; 3] = ["negative", "neutral", "positive"];

/// Return what answers in the classes of a model.
pub(crate) fn answers(name: &str, labels: &[&str], sure: Option<f32>) -> Answers {
    let labels: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
    let model = ModelIdentity {
        name: name.to_owned(),
        version: Some("0123456789ab".to_owned()),
    };
    Answers::new(model, Classes::new(labels, None), sure)
}

/// Blocks recordings at [`WAITS`] until it is opened.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    pub(crate) fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }

    fn pass(&self) {
        let open = self.open.lock().unwrap();
        drop(self.opened.wait_while(open, |open| !*open).unwrap());
    }
}

/// A recognizer for tests. The louder a recording, the more probable is `positive`.
pub(crate) struct Obedient {
    pub(crate) gate: Arc<Gate>,
    /// The sizes of the batches.
    pub(crate) batches: Arc<Mutex<Vec<usize>>>,
}

impl Recognizer for Obedient {
    fn description(&self) -> ModelDescription {
        ModelDescription {
            answers: answers("obedient", &LABELS, None),
            window_seconds: 2.0,
            sample_rate: 16_000,
            card: Some("---\nlicense: mit\n---\n# Obedient\n\nKnows <b>nothing</b>.".to_owned()),
            adapts: false,
            voice: None,
        }
    }

    fn recognize(&self, recordings: &[Recording]) -> Vec<Result<Recognition, RecognizeError>> {
        self.batches.lock().unwrap().push(recordings.len());
        recordings
            .iter()
            .map(|recording| self.one(recording))
            .collect()
    }

    /// Takes each two seconds for an utterance.
    fn recognize_long(
        &self,
        source: &Source,
        options: &DecodeOptions,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<LongRecognition, RecognizeError> {
        let scan = source
            .scan(Channels::Mix, options, &|_| ControlFlow::Continue(()))
            .map_err(RecognizeError::Decode)?;
        let mut samples = Vec::new();
        let total = Some(scan.seconds());
        let mut at = 0.0;
        let streamed = source.stream(scan.sample_rate, scan.heard, options, &mut |block| {
            samples.extend_from_slice(block);
            at += block.len() as f64 / f64::from(scan.sample_rate);
            if scan.sample_rate == WAITS {
                self.gate.pass();
            }
            progress(Progress { seconds: at, total })
        });
        streamed.map_err(RecognizeError::Decode)?;
        let recognition = self.one(&Recording::mono(samples, scan.sample_rate))?;
        Ok(LongRecognition {
            recognition: Recognition {
                segmentation: Segmentation::Utterances,
                ..recognition
            },
            scan,
        })
    }

    fn explain(&self, recording: &Recording) -> Result<Vec<Influence>, RecognizeError> {
        Ok(vec![Influence {
            start: 0.0,
            end: recording.duration(),
            change: -1.0,
        }])
    }
}

impl Obedient {
    fn one(&self, recording: &Recording) -> Result<Recognition, RecognizeError> {
        match recording.sample_rate {
            PANICS => panic!("the test asked for it"),
            WAITS => self.gate.pass(),
            BREAKS => return Err(RecognizeError::Model("broken weights".to_owned())),
            _ => {}
        }
        let loudest = recording
            .samples
            .iter()
            .fold(0.0_f32, |most, it| most.max(it.abs()));
        let probabilities = vec![0.5 - loudest / 2.0, 0.5 - loudest / 2.0, loudest];
        let duration = recording.duration();
        let count = (duration / 2.0).ceil().max(1.0) as usize;
        let windows = (0..count).map(|index| Window {
            start: 2.0 * index as f64,
            end: (2.0 * (index + 1) as f64).min(duration),
            probabilities: probabilities.clone(),
            speech: true,
        });
        Ok(Recognition {
            windows: windows.collect(),
            probabilities,
            segmentation: Segmentation::Windows,
            speech: true,
            unfamiliar: false,
            evidence: None,
        })
    }
}

/// A running server. Dropping it stops the server.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) stop: StopHandle,
    pub(crate) gate: Arc<Gate>,
    pub(crate) batches: Arc<Mutex<Vec<usize>>>,
    thread: Option<JoinHandle<()>>,
}

/// Return settings for tests: any free port, one worker.
pub(crate) fn settings() -> Settings {
    Settings {
        port: 0,
        workers: 1,
        ..Settings::default()
    }
}

pub(crate) fn start() -> Running {
    start_with(settings())
}

pub(crate) fn start_with(settings: Settings) -> Running {
    let (gate, batches) = (Arc::<Gate>::default(), Arc::<Mutex<Vec<usize>>>::default());
    let recognizer = Obedient {
        gate: gate.clone(),
        batches: batches.clone(),
    };
    let mut running = start_recognizer(settings, recognizer);
    batches.lock().unwrap().clear();
    (running.gate, running.batches) = (gate, batches);
    running
}

/// Start a server with another recognizer, which knows no gate.
pub(crate) fn start_recognizer(settings: Settings, recognizer: impl Recognizer) -> Running {
    let server = Server::bind(settings).unwrap();
    let (address, stop) = (server.address(), server.stop_handle());
    let (ready, is_ready) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        server
            .run(
                move || Ok::<_, Infallible>(recognizer),
                move |_| ready.send(()).unwrap(),
            )
            .unwrap();
    });
    is_ready.recv_timeout(Duration::from_secs(30)).unwrap();
    Running {
        address,
        stop,
        gate: Arc::default(),
        batches: Arc::default(),
        thread: Some(thread),
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.gate.open();
        self.stop.stop();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if !std::thread::panicking() {
                ended.unwrap();
            }
        }
    }
}

/// A response of the server.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.head, self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Check that the response is a problem, and return its kind.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{}",
            self.head
        );
        let problem = self.json();
        assert_eq!(problem["status"], self.status);
        assert!(!problem["title"].as_str().unwrap().is_empty());
        assert!(!problem["detail"].as_str().unwrap().is_empty());
        let kind = problem["type"].as_str().unwrap();
        kind.strip_prefix("urn:undertone:").unwrap().to_owned()
    }
}

impl Running {
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        stream
    }

    /// Send bytes unchanged and read the response.
    pub(crate) fn raw(&self, request: &[u8]) -> Response {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        read_response(&mut stream)
    }

    /// Send a request with headers (`"name: value"`) and a body.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Response {
        self.raw(&self.request(method, path, headers, body))
    }

    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[&str],
        body: &[u8],
    ) -> Vec<u8> {
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n",
            body.len()
        );
        if !headers
            .iter()
            .any(|header| header.to_lowercase().starts_with("host:"))
        {
            request += &format!("host: {}\r\n", self.address);
        }
        for header in headers {
            request += header;
            request += "\r\n";
        }
        let mut request = (request + "\r\n").into_bytes();
        request.extend(body);
        request
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        self.send("GET", path, &[], b"")
    }

    pub(crate) fn post(&self, path: &str, body: &[u8]) -> Response {
        self.send("POST", path, &[], body)
    }

    pub(crate) fn post_json(&self, path: &str, body: &Value) -> Response {
        let headers = ["content-type: application/json"];
        self.send("POST", path, &headers, body.to_string().as_bytes())
    }

    pub(crate) fn predict(&self, recording: &[u8]) -> Response {
        self.post("/api/predict", recording)
    }

    /// Send parts (name, file name, content) as a form.
    pub(crate) fn post_form(&self, path: &str, parts: &[(&str, &str, &[u8])]) -> Response {
        let headers = ["content-type: multipart/form-data; boundary=XYZ"];
        self.send("POST", path, &headers, &form(parts))
    }

    /// Wait until a condition holds. `what` describes it in the error message.
    pub(crate) fn wait_until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !holds(self) {
            assert!(began.elapsed() < Duration::from_secs(10), "never: {what}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Return the value of a metric without labels.
    pub(crate) fn metric(&self, name: &str) -> f64 {
        let text = self.get("/metrics").text();
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value
            .unwrap_or_else(|| panic!("no {name} in {text}"))
            .parse()
            .unwrap()
    }
}

/// Return a multipart body with the boundary `XYZ`.
pub(crate) fn form(parts: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file_name, content) in parts {
        body.extend(
            format!(
                "--XYZ\r\ncontent-disposition: form-data; name=\"{name}\"; \
                 filename=\"{file_name}\"\r\ncontent-type: audio/wav\r\n\r\n"
            )
            .bytes(),
        );
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--XYZ--\r\n");
    body
}

/// Read a response until the connection is closed.
pub(crate) fn read_response(stream: &mut TcpStream) -> Response {
    let mut bytes = Vec::new();
    // The server may reset the connection after its response.
    let _ = stream.read_to_end(&mut bytes);
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let Some(end) = end else {
        panic!("no response: {:?}", String::from_utf8_lossy(&bytes));
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let mut body = bytes.split_off(end + 4);
    if head.to_lowercase().contains("transfer-encoding: chunked") {
        body = unchunked(&body);
    }
    Response { status, head, body }
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = body.windows(2).position(|window| window == b"\r\n") {
        let length = std::str::from_utf8(&body[..end]).unwrap();
        let length = usize::from_str_radix(length, 16).unwrap();
        let start = end + 2;
        whole.extend(&body[start..start + length]);
        body = &body[start + length + 2..];
    }
    whole
}

/// Return a 16-bit WAV file of a tone with this amplitude (0 to 1) at this rate.
pub(crate) fn wav_at(rate: u32, seconds: f64, loudness: f32) -> Vec<u8> {
    let count = (seconds * f64::from(rate)) as u32;
    let mut bytes = Vec::with_capacity(44 + 2 * count as usize);
    bytes.extend(b"RIFF");
    bytes.extend((36 + 2 * count).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(rate.to_le_bytes());
    bytes.extend((2 * rate).to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend((2 * count).to_le_bytes());
    for n in 0..count {
        let value = (n as f32 * 0.2).sin() * loudness * 32_767.0;
        bytes.extend((value as i16).to_le_bytes());
    }
    bytes
}

/// Return a second of a tone.
pub(crate) fn wav(loudness: f32) -> Vec<u8> {
    wav_at(16_000, 1.0, loudness)
}
