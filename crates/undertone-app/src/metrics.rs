//! Numbers for Prometheus, and a log line for every request.

use std::sync::atomic::AtomicU64;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::app::Shared;
use crate::problem::{Kind, Problem};

/// Upper bounds of the latency histogram, in seconds.
const LATENCIES: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];
/// What requests that match no route are counted under: paths are for clients to choose.
const NO_ROUTE: &str = "other";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Requested {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

/// How a call of a Gradio client ended. All of them are answered with 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
pub(crate) enum CallEnd {
    Answered,
    Failed,
    Cancelled,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Called {
    outcome: CallEnd,
}

/// What is counted.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Requested, Counter>,
    latency: Family<Route, Histogram, fn() -> Histogram>,
    queue: Gauge,
    /// Seconds of audio that were recognized.
    pub(crate) audio: Counter<f64, AtomicU64>,
    calls: Family<Called, Counter>,
    connections: Gauge,
    live: Gauge,
    streams: Gauge,
    memory: Gauge,
    /// Bytes of uploads that are kept for Gradio's clients.
    uploads: Gauge,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(LATENCIES);
        let metrics = Self {
            registry: Registry::with_prefix("undertone"),
            requests: Family::default(),
            latency: Family::new_with_constructor(histogram),
            queue: Gauge::default(),
            audio: Counter::default(),
            connections: Gauge::default(),
            live: Gauge::default(),
            streams: Gauge::default(),
            memory: Gauge::default(),
            calls: Family::default(),
            uploads: Gauge::default(),
        };
        metrics.registered()
    }

    fn registered(mut self) -> Self {
        let registry = &mut self.registry;
        registry.register("requests", "Requests answered", self.requests.clone());
        registry.register_with_unit(
            "request_duration",
            "Time from a request's head to its answer's head",
            Unit::Seconds,
            self.latency.clone(),
        );
        let waiting = "Requests that wait for the model";
        registry.register("queue_length", waiting, self.queue.clone());
        registry.register_with_unit(
            "audio",
            "Audio that was recognized",
            Unit::Seconds,
            self.audio.clone(),
        );
        registry.register("connections", "Open connections", self.connections.clone());
        let live = "Open live connections";
        registry.register("live_connections", live, self.live.clone());
        let streams = "Open event streams of Gradio's clients";
        registry.register("event_streams", streams, self.streams.clone());
        registry.register_with_unit(
            "memory",
            "Bodies and answers in memory",
            Unit::Bytes,
            self.memory.clone(),
        );
        let calls = "Calls of Gradio's clients";
        registry.register("calls", calls, self.calls.clone());
        registry.register_with_unit(
            "uploads",
            "Uploads kept for Gradio's clients",
            Unit::Bytes,
            self.uploads.clone(),
        );
        self
    }

    /// Counts a call of a Gradio client that has ended.
    pub(crate) fn count_call(&self, outcome: CallEnd) {
        self.calls.get_or_create(&Called { outcome }).inc();
    }
}

/// `GET /metrics`
pub(crate) async fn metrics(State(app): State<Shared>) -> Response {
    let metrics = &app.metrics;
    let as_gauge = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
    metrics.queue.set(as_gauge(app.inference.waiting()));
    metrics.connections.set(as_gauge(app.connections.taken()));
    metrics.live.set(as_gauge(app.live.taken()));
    metrics.streams.set(as_gauge(app.streams.taken()));
    metrics.memory.set(app.memory.held());
    metrics.uploads.set(as_gauge(app.gradio.uploads.bytes()));
    let mut text = String::new();
    match encode(&mut text, &metrics.registry) {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(error) => Problem::new(Kind::Internal, error.to_string()).into_response(),
    }
}

/// Counts and logs a request. The log names the route, not the path, and nothing of the content.
pub(crate) async fn observe(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = known_method(request.method().as_str());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or(NO_ROUTE, MatchedPath::as_str)
        .to_owned();
    let id = crate::random::id();

    let mut response = next.run(request).await;

    let status = response.status().as_u16();
    let seconds = started.elapsed().as_secs_f64();
    tracing::info!(%id, method, %route, status, milliseconds = seconds * 1000.0, "request");
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    let metrics = &app.metrics;
    let latency = Route {
        route: route.clone(),
    };
    metrics.latency.get_or_create(&latency).observe(seconds);
    let requested = Requested {
        method,
        route,
        status,
    };
    metrics.requests.get_or_create(&requested).inc();
    response
}

/// Methods are for clients to choose too.
fn known_method(method: &str) -> &'static str {
    ["GET", "POST", "HEAD", "OPTIONS"]
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("other")
}
