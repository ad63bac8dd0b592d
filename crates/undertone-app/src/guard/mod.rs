//! Who may ask: names of this server, origins of pages, and the token.
//!
//! A server on a person's own machine is within reach of every page that the person opens. What
//! keeps such pages out is that browsers tell where a request comes from (`Origin`) and which name
//! it was meant for (`Host`), and that both are looked at here.

mod headers;
mod token;

use axum::extract::{Request, State};
use axum::http::header::{HOST, HeaderName, HeaderValue, ORIGIN, UPGRADE};
use axum::http::uri::Authority;
use axum::http::{Method, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::app::{App, Shared};
use crate::problem::{Kind, Problem};
pub(crate) use headers::{Policy, add_headers};
pub(crate) use token::LIVE_PROTOCOL_PREFIX;
pub use token::{InvalidToken, check_token};

/// Refuses requests that have no business here.
pub(crate) async fn guard(State(app): State<Shared>, request: Request, next: Next) -> Response {
    match check(&app, &request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Lets the pages of named origins ask.
pub(crate) fn cors(origins: &[String]) -> CorsLayer {
    let origins = origins.iter().filter_map(|origin| origin.parse().ok());
    let origins: Vec<HeaderValue> = origins.collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("x-gradio-user"),
            HeaderName::from_static("x-hf-authorization"),
        ])
}

fn check(app: &App, request: &Request) -> Result<(), Problem> {
    let path = request.uri().path();
    if matches!(path, "/healthz" | "/readyz") {
        return Ok(());
    }
    let host = request.headers().get(HOST);
    let hosts = request.headers().get_all(HOST).iter().count();
    // As RFC 9112 wants it: whoever reads the other one may take it for another server's.
    if hosts > 1 || (hosts == 0 && request.version() == Version::HTTP_11) {
        let detail = "send one `Host` header";
        return Err(Problem::new(Kind::BadRequest, detail));
    }
    if let Some(host) = host
        && !is_our_name(app, host)
    {
        let detail =
            "not a name of this server: address it as localhost, or start it with --allow-host";
        return Err(Problem::new(Kind::Misdirected, detail));
    }
    let origin = request.headers().get(ORIGIN);
    let acts = !matches!(*request.method(), Method::GET | Method::HEAD)
        || request.headers().contains_key(UPGRADE);
    if let Some(origin) = origin
        && acts
        && !is_allowed_origin(app, origin, host)
    {
        let detail = "pages of this origin may not ask: start the server with --cors ORIGIN";
        return Err(Problem::new(Kind::Forbidden, detail));
    }
    // The page and what it is made of hold nothing secret, and a browser cannot send a header
    // when it loads them.
    let open = path == "/" || path.starts_with("/assets/") || path.starts_with("/api/docs");
    match &app.settings.access.token {
        Some(expected) if !open && !token::is_given(expected, request.headers()) => {
            let detail = "send the header `Authorization: Bearer TOKEN`";
            Err(Problem::new(Kind::Unauthorized, detail))
        }
        _ => Ok(()),
    }
}

/// Whether the server may be addressed so. Otherwise a page could point a name of its own at this
/// machine and talk to the server as if it were the page's (DNS rebinding).
fn is_our_name(app: &App, host: &HeaderValue) -> bool {
    let authority = host
        .to_str()
        .ok()
        .and_then(|host| host.parse::<Authority>().ok());
    let Some(authority) = authority else {
        return false;
    };
    let name = authority.host();
    let named = &app.settings.access.hosts;
    let any_name = named.is_empty() && !app.local_only;
    any_name || is_loopback(name) || named.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn is_loopback(name: &str) -> bool {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let address: Option<std::net::IpAddr> = bare.parse().ok();
    address.is_some_and(|address| address.is_loopback()) || name.eq_ignore_ascii_case("localhost")
}

fn is_allowed_origin(app: &App, origin: &HeaderValue, host: Option<&HeaderValue>) -> bool {
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let allowed = &app.settings.access.origins;
    if allowed.iter().any(|known| known == origin) {
        return true;
    }
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    match (authority, host.and_then(|host| host.to_str().ok())) {
        (Some(authority), Some(host)) => authority.eq_ignore_ascii_case(host),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn names_of_this_machine() {
        for name in ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "[::1]"] {
            assert!(is_loopback(name), "{name}");
        }
        for name in ["example.org", "localhost.example.org", "10.0.0.1", ""] {
            assert!(!is_loopback(name), "{name}");
        }
    }
}
