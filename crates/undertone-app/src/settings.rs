//! The server's settings.

use std::path::PathBuf;
use std::time::Duration;

/// All settings of a server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address to listen on: an IP address, or a name such as `localhost`.
    pub host: String,
    /// The port; 0 for any free one.
    pub port: u16,
    /// Who may send requests.
    pub access: Access,
    /// What the server accepts, and how much of it at once.
    pub limits: Limits,
    /// How long operations may take.
    pub timeouts: Timeouts,
    /// The number of threads that run the model.
    pub workers: usize,
    /// Serve the page from this folder instead of the embedded copy, for work on the page.
    pub web: Option<PathBuf>,
}

impl Default for Settings {
    /// Listen on `127.0.0.1:7860`, which only this machine can reach.
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

/// Who may send requests.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// The bearer token that requests must carry, except those for health checks and the page.
    pub token: Option<String>,
    /// Origins (`https://example.org`) of other sites whose pages may send requests.
    pub origins: Vec<String>,
    /// Host names that the server accepts in the `Host` header. If there are none, a server on a
    /// loopback address accepts only the names of this machine, and any other server every name.
    pub hosts: Vec<String>,
    /// Origins whose pages may show this page in a frame.
    pub frame_ancestors: Vec<String>,
    /// Whether all connections come from a proxy that puts its client's address last in
    /// `X-Forwarded-For`.
    pub behind_proxy: bool,
}

/// What the server accepts, and how much of it at once. It refuses requests beyond a limit rather
/// than delaying them, unless a field says otherwise.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The share of the memory, the uploads and the calls below that one address may use, from 0 to
    /// 1. One request of the largest size is always allowed.
    pub address_share: f64,
    /// The longest recording in seconds.
    pub max_seconds: f64,
    /// The largest request body in bytes.
    pub max_bytes: usize,
    /// Requests that may wait for the model.
    pub queue: usize,
    /// Requests of one address that may wait for the model.
    pub queue_per_address: usize,
    /// Bytes of request bodies and responses in memory. At least what the largest body needs.
    pub memory: usize,
    /// Bytes of recordings that are decoded as a whole, or wait for the model then. At least what
    /// the longest such recording needs, and some more for others. Requests beyond this limit wait.
    /// One address may use half of them.
    pub decoded: usize,
    /// Open connections.
    pub connections: usize,
    /// Open connections from one address, unless all come from a proxy.
    pub connections_per_address: usize,
    /// Files in one request.
    pub files: usize,
    /// Open live connections (WebSockets).
    pub live: usize,
    /// Open live connections from one address.
    pub live_per_address: usize,
    /// Open event streams of Gradio clients.
    pub streams: usize,
    /// Open event streams of Gradio clients from one address.
    pub streams_per_address: usize,
    /// Uploads kept for Gradio clients.
    pub uploads: usize,
    /// Bytes of uploads that are kept for Gradio clients or used by their calls. At least the
    /// largest body.
    pub upload_bytes: usize,
    /// Calls of Gradio clients whose result has not been fetched. A further call discards the
    /// oldest result.
    pub calls: usize,
}

impl Limits {
    /// Return the part of a limit that one address may use; at least `least`.
    pub(crate) fn share(&self, limit: usize, least: usize) -> usize {
        ((limit as f64 * self.address_share).ceil() as usize).clamp(least, limit.max(least))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            address_share: 0.25,
            max_seconds: 21_600.0,
            max_bytes: 100 << 20,
            queue: 512,
            queue_per_address: 256,
            memory: 256 << 20,
            decoded: 512 << 20,
            connections: 768,
            connections_per_address: 256,
            files: 100,
            live: 32,
            live_per_address: 8,
            streams: 384,
            streams_per_address: 128,
            uploads: 1024,
            upload_bytes: 256 << 20,
            calls: 4096,
        }
    }
}

/// How long operations may take.
#[derive(Debug, Clone)]
pub struct Timeouts {
    /// To receive the head of a request, and between two requests of one connection.
    pub head: Duration,
    /// How long a client may pause while it sends a body. Each pause uses up some of this time, and
    /// 16 KiB give back a second.
    pub body: Duration,
    /// How long a client may pause while it reads a response, in the same way.
    pub write: Duration,
    /// Between two messages of a live connection.
    pub live: Duration,
    /// How long an upload or the result of a Gradio call is kept.
    pub kept: Duration,
    /// To answer accepted requests once the server is asked to stop.
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
