//! Count and log every request, and give it an identifier.
//!
//! This is ours because tower-http's request-id layer keeps an identifier that the client chose,
//! and its trace layer would take more code than this one function.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use crate::prometheus::Metrics;
use crate::random;

/// The route of requests that match none.
const NO_ROUTE: &str = "other";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Count and log a request. The log has the route instead of the path, and no content.
pub(super) async fn observe(
    State(metrics): State<Arc<Metrics>>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let method = known_method(request.method().as_str());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or(NO_ROUTE, MatchedPath::as_str)
        .to_owned();
    let id = random::id();

    let mut response = next.run(request).await;

    let status = response.status().as_u16();
    let seconds = started.elapsed().as_secs_f64();
    tracing::info!(%id, method, %route, status, milliseconds = seconds * 1000.0, "request");
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    metrics.count_request(method, route, status, seconds);
    response
}

/// Return the method's name, or "other" for names that clients invent.
fn known_method(method: &str) -> &'static str {
    ["GET", "POST", "HEAD", "OPTIONS"]
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("other")
}
