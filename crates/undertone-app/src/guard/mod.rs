//! Decide who may send requests: by host name, by origin, and by token.
//!
//! Every page that a person opens can reach a server on that person's machine. Browsers say which
//! site a request comes from (`Origin`) and which name it is for (`Host`). Checking both keeps such
//! pages out.

mod guesses;
mod headers;
mod token;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN, TRANSFER_ENCODING, UPGRADE,
};
use axum::http::uri::Authority;
use axum::http::{Method, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::extractors::{BehindProxy, Client};
use crate::problem::{Kind, Problem};
use crate::settings::Access;
use guesses::Guesses;
pub(crate) use headers::security_headers;
use token::Given;
pub(crate) use token::LIVE_PROTOCOL_PREFIX;
pub use token::{InvalidToken, check_token};

/// The rules for requests.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) access: Access,
    /// Whether only this machine can reach the server.
    local_only: bool,
    guesses: Guesses,
}

/// Refuse requests that break the rules.
pub(crate) async fn guard(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    match guard.check(&request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Return a layer that lets the pages of these origins send requests.
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

impl Guard {
    pub(crate) fn new(access: Access, local_only: bool) -> Self {
        Self {
            access,
            local_only,
            guesses: Guesses::default(),
        }
    }

    fn check(&self, request: &Request) -> Result<(), Problem> {
        let path = request.uri().path();
        if matches!(path, "/healthz" | "/readyz") {
            return Ok(());
        }
        let host = request.headers().get(HOST);
        let hosts = request.headers().get_all(HOST).iter().count();
        // RFC 9112 requires this: a proxy might read a different `Host` header than this server.
        if hosts > 1 || (hosts == 0 && request.version() == Version::HTTP_11) {
            let detail = "send exactly one `Host` header";
            return Err(Problem::new(Kind::BadRequest, detail));
        }
        if let Some(host) = host
            && !self.is_own_name(host)
        {
            let detail = "this server does not accept this host name: use localhost, \
                          or start the server with --allow-host";
            return Err(Problem::new(Kind::Misdirected, detail));
        }
        check_encoding(request.headers())?;
        let mut origins = request.headers().get_all(ORIGIN).iter();
        let origin = origins.next();
        if origins.next().is_some() {
            let detail = "send at most one `Origin` header";
            return Err(Problem::new(Kind::BadRequest, detail));
        }
        let acts = !matches!(*request.method(), Method::GET | Method::HEAD)
            || request.headers().contains_key(UPGRADE);
        if let Some(origin) = origin
            && acts
            && !self.is_allowed_origin(origin, host)
        {
            let detail = "to allow this origin, start the server with --cors ORIGIN";
            return Err(Problem::new(Kind::Forbidden, detail));
        }
        // The page's files are not secret, and a browser cannot send a token when it loads them.
        let open = path == "/" || path.starts_with("/assets/") || path.starts_with("/api/docs");
        match &self.access.token {
            Some(expected) if !open => self.check_token(expected, request),
            _ => Ok(()),
        }
    }

    fn check_token(&self, expected: &str, request: &Request) -> Result<(), Problem> {
        let (extensions, headers) = (request.extensions(), request.headers());
        let behind_proxy = BehindProxy(self.access.behind_proxy);
        let Client(client) = Client::of(extensions, headers, behind_proxy)?;
        self.guesses.check(client)?;
        match token::check(expected, headers) {
            Given::Right => return Ok(()),
            Given::Wrong => self.guesses.count(client),
            Given::Nothing => {}
        }
        let detail = "send the header `Authorization: Bearer TOKEN`";
        Err(Problem::new(Kind::Unauthorized, detail))
    }

    /// Return whether the server answers to this host name. Otherwise a page could make its own
    /// host name resolve to this machine and use the server as its own (DNS rebinding).
    fn is_own_name(&self, host: &HeaderValue) -> bool {
        // A name has no user before it: `evil.example.org@localhost`.
        let host = host.to_str().ok().filter(|host| !host.contains('@'));
        let authority = host.and_then(|host| host.parse::<Authority>().ok());
        let Some(authority) = authority else {
            return false;
        };
        let name = authority.host();
        let names = &self.access.hosts;
        let any_name = names.is_empty() && !self.local_only;
        any_name || is_loopback(name) || names.iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    fn is_allowed_origin(&self, origin: &HeaderValue, host: Option<&HeaderValue>) -> bool {
        let Ok(origin) = origin.to_str() else {
            return false;
        };
        if self.access.origins.iter().any(|known| known == origin) {
            return true;
        }
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        match (authority, host.and_then(|host| host.to_str().ok())) {
            (Some(authority), Some(host)) => authority.eq_ignore_ascii_case(host),
            _ => false,
        }
    }
}

/// Refuse a body that is compressed for the transfer. Hyper would hand it on as it is.
fn check_encoding(headers: &HeaderMap) -> Result<(), Problem> {
    let mut encodings = headers.get_all(TRANSFER_ENCODING).iter();
    let is_known = |encoding: &HeaderValue| encoding.as_bytes().eq_ignore_ascii_case(b"chunked");
    match (encodings.next(), encodings.next()) {
        (None, _) => Ok(()),
        (Some(encoding), None) if is_known(encoding) => Ok(()),
        _ => {
            let detail = "the only transfer encoding that is read is `chunked`";
            Err(Problem::new(Kind::NotImplemented, detail))
        }
    }
}

fn is_loopback(name: &str) -> bool {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let address: Option<std::net::IpAddr> = bare.parse().ok();
    address.is_some_and(|address| address.is_loopback()) || name.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn loopback_names_are_recognized() {
        for name in ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "[::1]"] {
            assert!(is_loopback(name), "{name}");
        }
        for name in ["example.org", "localhost.example.org", "10.0.0.1", ""] {
            assert!(!is_loopback(name), "{name}");
        }
    }
}
