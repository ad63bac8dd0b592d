//! Security headers for every response.

use axum::http::header::{self, HeaderName, HeaderValue};
use axum::response::Response;
use tower_http::set_header::response::SetMultipleResponseHeadersLayer;

use crate::settings::Access;

/// Return a layer that adds the headers that a response has not set itself.
pub(crate) fn security_headers(access: &Access) -> SetMultipleResponseHeadersLayer<Response> {
    let ancestors = if access.frame_ancestors.is_empty() {
        "'none'".to_owned()
    } else {
        access.frame_ancestors.join(" ")
    };
    let content_policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; \
         img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; \
         worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors {ancestors}"
    );
    let resource_policy = match access.origins.as_slice() {
        [] => "same-origin",
        _ => "cross-origin",
    };
    let features = "microphone=(self), camera=(), geolocation=(), payment=(), usb=()";
    let mut headers = vec![
        (header::CONTENT_SECURITY_POLICY, content_policy.as_str()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (name("cross-origin-opener-policy"), "same-origin"),
        (name("cross-origin-resource-policy"), resource_policy),
        (name("permissions-policy"), features),
        // Predictions are private. The files of the page set their own value.
        (header::CACHE_CONTROL, "no-store"),
    ];
    if access.frame_ancestors.is_empty() {
        headers.push((header::X_FRAME_OPTIONS, "DENY"));
    }
    let headers = headers.into_iter().filter_map(|(name, value)| {
        let value = HeaderValue::from_str(value).ok()?;
        Some((name, value).into())
    });
    SetMultipleResponseHeadersLayer::if_not_present(headers.collect())
}

fn name(name: &'static str) -> HeaderName {
    HeaderName::from_static(name)
}
