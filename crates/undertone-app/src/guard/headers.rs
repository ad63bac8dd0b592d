//! What browsers are told about every answer.

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::Shared;
use crate::settings::Access;

/// The headers of every answer.
#[derive(Debug)]
pub(crate) struct Policy(HeaderMap);

impl Policy {
    pub(crate) fn new(access: &Access) -> Self {
        let ancestors = if access.frame_ancestors.is_empty() {
            "'none'".to_owned()
        } else {
            access.frame_ancestors.join(" ")
        };
        let content = format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; \
             img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; \
             worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
             frame-ancestors {ancestors}"
        );
        let resources = match access.origins.as_slice() {
            [] => "same-origin",
            _ => "cross-origin",
        };
        let mut headers = HeaderMap::new();
        let mut add = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        add(header::CONTENT_SECURITY_POLICY, &content);
        add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        add(header::REFERRER_POLICY, "no-referrer");
        if access.frame_ancestors.is_empty() {
            add(header::X_FRAME_OPTIONS, "DENY");
        }
        let other = HeaderName::from_static;
        add(other("cross-origin-opener-policy"), "same-origin");
        add(other("cross-origin-resource-policy"), resources);
        let features = "microphone=(self), camera=(), geolocation=(), payment=(), usb=()";
        add(other("permissions-policy"), features);
        // What is said about a recording is nobody else's; files of the page say otherwise.
        add(header::CACHE_CONTROL, "no-store");
        Self(headers)
    }
}

/// Adds the headers to an answer that has not set them itself.
pub(crate) async fn add_headers(
    State(app): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in &app.policy.0 {
        response
            .headers_mut()
            .entry(name)
            .or_insert_with(|| value.clone());
    }
    response
}
