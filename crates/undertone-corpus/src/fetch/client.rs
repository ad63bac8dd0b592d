//! Asking the server for the archive, or for the rest of it.

use std::io::Read;
use std::time::Duration;

use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body};

use super::{FetchError, Source};

/// How long the server may be silent.
const PATIENCE: Duration = Duration::from_secs(60);

/// The bytes of an archive from some place on.
pub(super) struct Answer {
    /// Where in the archive the body begins.
    pub(super) start: u64,
    pub(super) body: Box<dyn Read>,
}

/// Asks for the archive from byte `have` on. A server that doesn't serve parts, or not this one,
/// is asked for all of it: look at [`Answer::start`].
pub(super) fn ask(source: &Source, have: u64) -> Result<Answer, FetchError> {
    let agent: Agent = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_per_read(Some(PATIENCE))
        .user_agent(concat!("undertone/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    if have > 0 {
        let response = get(&agent, source, Some(have))?;
        if let Some(start) = accepted_range(source, &response, have)? {
            return Ok(Answer {
                start,
                body: body(response),
            });
        }
    }
    let response = get(&agent, source, None)?;
    match response.status() {
        StatusCode::OK => whole(source, response),
        other => Err(refusal(source, other, &response)),
    }
}

/// Where the body of an answer to a request for a range begins, or none if it's of no use.
fn accepted_range(
    source: &Source,
    response: &Response<Body>,
    have: u64,
) -> Result<Option<u64>, FetchError> {
    match response.status() {
        StatusCode::OK => {
            check_length(source, response)?;
            Ok(Some(0))
        }
        StatusCode::PARTIAL_CONTENT => match content_range(response) {
            Some((_, Some(total))) if total != source.size => Err(wrong_size(source, total)),
            Some((start, _)) if start == have => Ok(Some(start)),
            _ => Ok(None),
        },
        StatusCode::RANGE_NOT_SATISFIABLE => Ok(None),
        other => Err(refusal(source, other, response)),
    }
}

fn get(agent: &Agent, source: &Source, from: Option<u64>) -> Result<Response<Body>, FetchError> {
    let mut request = agent.get(source.url());
    if let Some(from) = from {
        request = request.header("Range", format!("bytes={from}-"));
    }
    request.call().map_err(|error| FetchError::Unreachable {
        url: source.url(),
        reason: error.to_string(),
    })
}

fn whole(source: &Source, response: Response<Body>) -> Result<Answer, FetchError> {
    check_length(source, &response)?;
    Ok(Answer {
        start: 0,
        body: body(response),
    })
}

fn check_length(source: &Source, response: &Response<Body>) -> Result<(), FetchError> {
    match response.body().content_length() {
        Some(length) if length != source.size => Err(wrong_size(source, length)),
        _ => Ok(()),
    }
}

fn body(response: Response<Body>) -> Box<dyn Read> {
    Box::new(response.into_body().into_reader())
}

/// Start and total of `Content-Range: bytes START-END/TOTAL`, where the total may be `*`.
fn content_range(response: &Response<Body>) -> Option<(u64, Option<u64>)> {
    let text = response.headers().get("content-range")?.to_str().ok()?;
    let (range, total) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.trim().parse().ok()?, total.trim().parse().ok()))
}

fn refusal(source: &Source, status: StatusCode, response: &Response<Body>) -> FetchError {
    let url = source.url();
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => FetchError::NotThere {
            url,
            status: status.as_u16(),
        },
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            let header = response.headers().get("retry-after");
            let retry_after = header
                .and_then(|value| value.to_str().ok())
                .map(|text| text.trim().to_owned());
            FetchError::Busy {
                url,
                status: status.as_u16(),
                retry_after,
            }
        }
        other => FetchError::Status {
            url,
            status: other.as_u16(),
        },
    }
}

fn wrong_size(source: &Source, found: u64) -> FetchError {
    FetchError::WrongSize {
        url: source.url(),
        expected: source.size,
        found,
    }
}
