//! What can be set about a server.

use std::path::PathBuf;
use std::time::Duration;

/// Everything that can be set about a server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address to listen at: an IP address, or a name such as `localhost`.
    pub host: String,
    /// The port; 0 for any that is free.
    pub port: u16,
    /// Who may ask.
    pub access: Access,
    /// What is accepted, and how much of it at once.
    pub limits: Limits,
    /// How long things may take.
    pub timeouts: Timeouts,
    /// Threads that run the model.
    pub workers: usize,
    /// Serve the page from this folder instead of the copy in the program, for work on the page.
    pub web: Option<PathBuf>,
}

impl Default for Settings {
    /// `127.0.0.1:7860`, for this machine only.
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 7860,
            access: Access::default(),
            limits: Limits::default(),
            timeouts: Timeouts::default(),
            workers: std::thread::available_parallelism().map_or(1, usize::from),
            web: None,
        }
    }
}

/// Who may ask.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// The bearer token that every request but those for health and the page must carry.
    pub token: Option<String>,
    /// Origins (`https://example.org`) of other sites whose pages may ask.
    pub origins: Vec<String>,
    /// Names by which the server may be addressed (the `Host` header). Where there are none, a
    /// server that listens on a loopback address answers to names of this machine only, and any
    /// other to every name.
    pub hosts: Vec<String>,
    /// Origins whose pages may show this one in a frame.
    pub frame_ancestors: Vec<String>,
    /// Whether all connections come from a proxy, which names the client it speaks for last in
    /// `X-Forwarded-For`.
    pub behind_proxy: bool,
}

/// What is accepted, and how much of it at once. Beyond it requests are refused, not delayed.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Longer recordings are refused, in seconds.
    pub max_seconds: f64,
    /// Larger request bodies are refused.
    pub max_bytes: usize,
    /// Requests that may wait for an answer.
    pub queue: usize,
    /// Bytes of bodies and answers that may be in memory; what the largest body needs, if that is
    /// more.
    pub memory: usize,
    /// Bytes of recordings that are being decoded or wait for the model; what the longest recording
    /// needs, if that is more. Who needs them waits for them.
    pub decoded: usize,
    /// Open connections.
    pub connections: usize,
    /// Open connections from one address, unless all come from a proxy.
    pub connections_of_one: usize,
    /// Files in one request.
    pub files: usize,
    /// Live connections in all.
    pub live: usize,
    /// Live connections from one address.
    pub live_of_one: usize,
    /// Event streams of Gradio's clients in all.
    pub streams: usize,
    /// Event streams of Gradio's clients from one address.
    pub streams_of_one: usize,
    /// Uploads that are kept for Gradio's clients.
    pub uploads: usize,
    /// Bytes of the uploads that are kept for Gradio's clients, or that their calls work on; the
    /// largest body, if that is more.
    pub upload_bytes: usize,
    /// Calls of Gradio's clients whose outcome has not been fetched; beyond them the oldest outcomes
    /// are forgotten.
    pub calls: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_seconds: 300.0,
            max_bytes: 50 << 20,
            queue: 256,
            memory: 256 << 20,
            decoded: 512 << 20,
            connections: 512,
            connections_of_one: 256,
            files: 100,
            live: 32,
            live_of_one: 8,
            streams: 256,
            streams_of_one: 128,
            uploads: 1024,
            upload_bytes: 256 << 20,
            calls: 4096,
        }
    }
}

/// How long things may take.
#[derive(Debug, Clone)]
pub struct Timeouts {
    /// For the head of a request, and between two requests of one connection.
    pub head: Duration,
    /// For a body, in addition to a second for each 16 KiB of it.
    pub body: Duration,
    /// For a client to take an answer, in addition to a second for each 16 KiB of it that it has
    /// taken.
    pub write: Duration,
    /// Between two messages of a live connection.
    pub live: Duration,
    /// For an upload to be asked about, and for a call's outcome to be fetched.
    pub kept: Duration,
    /// For what was accepted to be answered once the server is to stop.
    pub stop: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(15),
            body: Duration::from_secs(15),
            write: Duration::from_secs(20),
            live: Duration::from_secs(30),
            kept: Duration::from_secs(600),
            stop: Duration::from_secs(20),
        }
    }
}
