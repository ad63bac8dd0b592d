//! The server's metrics for Prometheus.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::problem::{Kind, Problem};

/// Upper bounds of the latency histogram, in seconds.
const LATENCIES: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabel {
    route: String,
}

/// How a call of a Gradio client ended. The HTTP status is 200 in each case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
pub(crate) enum CallStatus {
    Answered,
    Failed,
    Cancelled,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    outcome: CallStatus,
}

/// Counters, histograms and gauges.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    latency: Family<RouteLabel, Histogram, fn() -> Histogram>,
    pub(crate) queue: Gauge,
    /// Seconds of audio that the model has read.
    pub(crate) audio: Counter<f64, AtomicU64>,
    calls: Family<CallLabels, Counter>,
    pub(crate) connections: Gauge,
    pub(crate) live: Gauge,
    pub(crate) streams: Gauge,
    pub(crate) memory: Gauge,
    pub(crate) uploads: Gauge,
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
            "Time from a request's head to the response's head",
            Unit::Seconds,
            self.latency.clone(),
        );
        let waiting = "Requests that wait for the model";
        registry.register("queue_length", waiting, self.queue.clone());
        registry.register_with_unit(
            "audio",
            "Audio that the model has read",
            Unit::Seconds,
            self.audio.clone(),
        );
        registry.register("connections", "Open connections", self.connections.clone());
        let live = "Open live connections";
        registry.register("live_connections", live, self.live.clone());
        let streams = "Open event streams of Gradio clients";
        registry.register("event_streams", streams, self.streams.clone());
        registry.register_with_unit(
            "memory",
            "Request bodies and responses in memory",
            Unit::Bytes,
            self.memory.clone(),
        );
        let calls = "Calls of Gradio clients";
        registry.register("calls", calls, self.calls.clone());
        registry.register_with_unit(
            "uploads",
            "Uploads kept for Gradio clients",
            Unit::Bytes,
            self.uploads.clone(),
        );
        self
    }

    /// Count a request. `method` and `route` come from fixed sets, since clients choose paths.
    pub(crate) fn count_request(
        &self,
        method: &'static str,
        route: String,
        status: u16,
        seconds: f64,
    ) {
        let latency = RouteLabel {
            route: route.clone(),
        };
        self.latency.get_or_create(&latency).observe(seconds);
        let labels = RequestLabels {
            method,
            route,
            status,
        };
        self.requests.get_or_create(&labels).inc();
    }

    /// Count a call of a Gradio client that has ended.
    pub(crate) fn count_call(&self, outcome: CallStatus) {
        self.calls.get_or_create(&CallLabels { outcome }).inc();
    }

    /// Return all metrics as OpenMetrics text.
    pub(crate) fn encode(&self) -> Result<String, Problem> {
        let mut text = String::new();
        encode(&mut text, &self.registry)
            .map_err(|error| Problem::new(Kind::Internal, error.to_string()))?;
        Ok(text)
    }
}
