//! `GET /metrics`

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;

use crate::gradio::Uploads;
use crate::inference::Inference;
use crate::memory_budget::MemoryBudget;
use crate::permits::Permits;
use crate::problem::Problem;
use crate::prometheus::Metrics;

/// The metrics, and the parts of the server whose state they report.
#[derive(Debug)]
pub(crate) struct MetricsSources {
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) inference: Arc<Inference>,
    pub(crate) connections: Permits,
    pub(crate) live: Permits,
    pub(crate) streams: Permits,
    pub(crate) memory: Arc<MemoryBudget>,
    pub(crate) uploads: Arc<Uploads>,
}

/// Return the metrics as OpenMetrics text.
pub(crate) async fn metrics(
    State(sources): State<Arc<MetricsSources>>,
) -> Result<([(HeaderName, &'static str); 1], String), Problem> {
    let gauge = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
    let metrics = &sources.metrics;
    metrics.queue.set(gauge(sources.inference.waiting()));
    metrics.connections.set(gauge(sources.connections.in_use()));
    metrics.live.set(gauge(sources.live.in_use()));
    metrics.streams.set(gauge(sources.streams.in_use()));
    metrics.memory.set(sources.memory.in_use());
    metrics.uploads.set(gauge(sources.uploads.bytes()));
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(CONTENT_TYPE, content_type)], metrics.encode()?))
}
