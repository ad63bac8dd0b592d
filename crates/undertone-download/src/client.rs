//! HTTP requests with redirects, an access token and ranges.

use std::time::Duration;

use ureq::http::{HeaderMap, Method, Response, Uri};
use ureq::{Agent, Body};

use crate::error::TransferError;

/// How long the server may be silent.
const TIMEOUT: Duration = Duration::from_secs(60);

const MAX_REDIRECTS: usize = 10;

/// An HTTP client that follows redirects itself, because it must know who gets the token.
pub(crate) struct Client {
    agent: Agent,
    token: Option<Token>,
}

/// An access token for one server.
struct Token {
    server: Uri,
    value: String,
}

impl Client {
    pub(crate) fn new() -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(TIMEOUT))
            .timeout_recv_response(Some(TIMEOUT))
            .timeout_per_read(Some(TIMEOUT))
            .user_agent(concat!("undertone/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Self { agent, token: None }
    }

    /// Return a client that sends `token` to the server at `endpoint`, and to no other server.
    pub(crate) fn with_token(endpoint: &str, token: &str) -> Self {
        // A request to an endpoint that is no address fails anyway.
        let token = endpoint.parse().ok().map(|server| Token {
            server,
            value: format!("Bearer {token}"),
        });
        Self {
            token,
            ..Self::new()
        }
    }

    /// Send a `HEAD` request. It follows redirects within the first server only: another server
    /// does not know the headers of the first.
    pub(crate) fn head(&self, url: &str) -> Result<Response<Body>, TransferError> {
        self.send(&Method::HEAD, url, 0)
    }

    /// Send a `GET` request for the bytes from `start` on.
    pub(crate) fn get(&self, url: &str, start: u64) -> Result<Response<Body>, TransferError> {
        self.send(&Method::GET, url, start)
    }

    fn send(
        &self,
        method: &Method,
        url: &str,
        start: u64,
    ) -> Result<Response<Body>, TransferError> {
        let mut uri = parse(url, url)?;
        for _ in 0..=MAX_REDIRECTS {
            let mut request = match *method {
                Method::HEAD => self.agent.head(&uri),
                _ => self.agent.get(&uri),
            };
            // A compressed answer would have another length.
            request = request.header("Accept-Encoding", "identity");
            if let Some(token) = &self.token
                && origin(&token.server) == origin(&uri)
            {
                request = request.header("Authorization", &token.value);
            }
            if start > 0 {
                request = request.header("Range", format!("bytes={start}-"));
            }
            let response = request.call().map_err(|error| TransferError::Unreachable {
                url: uri.to_string(),
                reason: error.to_string(),
            })?;
            let location = header(response.headers(), "location");
            let Some(location) = location.filter(|_| response.status().is_redirection()) else {
                return Ok(response);
            };
            let next = parse(&absolute(&uri, location), url)?;
            if *method == Method::HEAD && origin(&next) != origin(&uri) {
                return Ok(response);
            }
            uri = next;
        }
        Err(TransferError::BadAddress {
            url: url.to_owned(),
            reason: format!("more than {MAX_REDIRECTS} redirects"),
        })
    }
}

/// Return a header's value, if it is text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    Some(headers.get(name)?.to_str().ok()?.trim())
}

/// Turn a refusal of the server into an error.
pub(crate) fn refusal(url: &str, response: &Response<Body>) -> TransferError {
    TransferError::Status {
        url: url.to_owned(),
        status: response.status().as_u16(),
        retry_after: header(response.headers(), "retry-after").map(str::to_owned),
    }
}

fn parse(url: &str, requested: &str) -> Result<Uri, TransferError> {
    let bad_address = |reason: String| TransferError::BadAddress {
        url: requested.to_owned(),
        reason,
    };
    let uri: Uri = url
        .parse()
        .map_err(|error| bad_address(format!("{url:?} is no address: {error}")))?;
    match uri.scheme_str() {
        Some("http" | "https") => Ok(uri),
        _ => Err(bad_address(format!("{url:?} is no http(s) address"))),
    }
}

/// The parts of an address that tell one server from another.
fn origin(uri: &Uri) -> (Option<&str>, Option<&str>, Option<u16>) {
    (uri.scheme_str(), uri.host(), uri.port_u16())
}

/// Return the absolute address of a `Location` header.
fn absolute(base: &Uri, location: &str) -> String {
    let scheme = base.scheme_str().unwrap_or_default();
    let authority = base.authority().map_or("", |authority| authority.as_str());
    if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else if location.contains("://") {
        location.to_owned()
    } else {
        let folder = base
            .path()
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        format!("{scheme}://{authority}{folder}/{location}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_become_absolute() {
        let base = Uri::from_static("http://host:8/a/b?c=d");
        for (location, expected) in [
            ("https://other/x", "https://other/x"),
            ("//other/x", "http://other/x"),
            ("/x?y=/z", "http://host:8/x?y=/z"),
            ("x", "http://host:8/a/x"),
        ] {
            assert_eq!(absolute(&base, location), expected);
        }
    }
}
