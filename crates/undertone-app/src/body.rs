//! Reading request bodies: not too much, not too slowly, and only into memory.

use std::time::Duration;

use axum::body::Body;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, EXPECT};
use axum::http::request::Parts;
use bytes::Bytes;
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};

use crate::app::App;
use crate::memory::Held;
use crate::problem::{Kind, Problem};

/// A body that keeps up with this is never too slow.
const BYTES_PER_SECOND: f64 = 16_384.0;
/// No call needs a larger one.
const LARGEST_JSON: usize = 64 << 10;
/// How much of a refused body is read, so that its sender gets to read the answer.
const DISCARDED_BYTES: usize = 16 << 20;
const DISCARDING: Duration = Duration::from_secs(2);

/// A file that a client sent. Its bytes know what they take in memory.
#[derive(Debug)]
pub(crate) struct File {
    /// The name it gave, for the answer; never a path.
    pub(crate) name: Option<String>,
    pub(crate) bytes: Bytes,
}

/// A whole body.
struct Read {
    bytes: Vec<u8>,
    held: Held,
}

/// What a body says that its length is.
fn announced(parts: &Parts) -> Option<usize> {
    parts
        .headers
        .get(CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

fn too_large(limit: usize) -> Problem {
    Problem::new(Kind::TooLarge, format!("up to {limit} bytes are taken"))
}

/// Reads a body of up to `limit` bytes to its end.
async fn read(app: &App, parts: &Parts, mut body: Body, limit: usize) -> Result<Read, Problem> {
    if announced(parts).is_some_and(|length| length > limit) {
        // Whoever asks first (`100-continue`) has sent nothing yet, and is not told to.
        if !parts.headers.contains_key(EXPECT) {
            discard(body).await;
        }
        return Err(too_large(limit));
    }
    let outcome = read_within(app, parts, &mut body, limit).await;
    if outcome.is_err() {
        discard(body).await;
    }
    outcome
}

async fn read_within(
    app: &App,
    parts: &Parts,
    body: &mut Body,
    limit: usize,
) -> Result<Read, Problem> {
    let announced = announced(parts);
    let started = Instant::now();
    let mut held = app.memory.hold();
    let mut bytes = Vec::new();
    loop {
        let allowance = Duration::from_secs_f64(bytes.len() as f64 / BYTES_PER_SECOND);
        let deadline = started + app.settings.timeouts.body + allowance;
        let slow = |_| Problem::new(Kind::Timeout, "the body came too slowly");
        let Some(frame) = timeout_at(deadline, body.frame()).await.map_err(slow)? else {
            break;
        };
        let frame = frame.map_err(|error| Problem::new(Kind::BadRequest, error.to_string()))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if bytes.len() + data.len() > limit {
            return Err(too_large(limit));
        }
        held.add(data.len())?;
        if bytes.is_empty() {
            // An announced length is within the limit, but that it comes is only a promise.
            bytes.reserve_exact(announced.unwrap_or(0).min(1 << 20).max(data.len()));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(Read { bytes, held })
}

/// A client that is still sending sees a broken connection instead of the answer, so a little
/// more is taken from it.
async fn discard(mut body: Body) {
    let discarding = async {
        let mut discarded = 0;
        while let Some(Ok(frame)) = body.frame().await {
            discarded += frame.data_ref().map_or(0, Bytes::len);
            if discarded > DISCARDED_BYTES {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(DISCARDING, discarding).await;
}

/// A JSON value, whatever the body is said to be: people forget that header.
pub(crate) async fn read_json<T: DeserializeOwned>(
    app: &App,
    request: Request,
) -> Result<(HeaderMap, T), Problem> {
    let (parts, body) = request.into_parts();
    let Read { bytes, held: _held } = read(app, &parts, body, LARGEST_JSON).await?;
    let value = serde_json::from_slice(&bytes).map_err(|error| {
        Problem::new(Kind::BadRequest, format!("not the JSON expected: {error}"))
    })?;
    Ok((parts.headers, value))
}

/// The files of a request: the whole body, or the parts of a multipart body that are named
/// `field`.
pub(crate) async fn read_files(
    app: &App,
    request: Request,
    field: &str,
) -> Result<Vec<File>, Problem> {
    let (parts, body) = request.into_parts();
    let limit = app.settings.limits.max_bytes;
    let Read { bytes, held } = read(app, &parts, body, limit).await?;
    let multipart = parts.headers.get(CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes()
            .get(..10)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"multipart/"))
    });
    let files = if multipart {
        // What takes the form apart has a copy of it until the end.
        let _held = held;
        parts_named(app, field, Request::from_parts(parts, Body::from(bytes))).await?
    } else if bytes.is_empty() {
        Vec::new()
    } else {
        let bytes = held.keep(bytes);
        vec![File { name: None, bytes }]
    };
    if files.is_empty() {
        return Err(Problem::new(
            Kind::BadRequest,
            format!("send a recording: as the body, or in a multipart field `{field}`"),
        ));
    }
    Ok(files)
}

async fn parts_named(app: &App, field: &str, request: Request) -> Result<Vec<File>, Problem> {
    let malformed = |error: MultipartError| Problem::new(Kind::BadRequest, error.body_text());
    let mut multipart = Multipart::from_request(request, &())
        .await
        .map_err(|error| Problem::new(Kind::BadRequest, error.body_text()))?;
    let mut files = Vec::new();
    let mut parts = 0;
    while let Some(mut part) = multipart.next_field().await.map_err(malformed)? {
        parts += 1;
        let most = app.settings.limits.files;
        if parts > most {
            let detail = format!("up to {most} parts are taken");
            return Err(Problem::new(Kind::TooLarge, detail));
        }
        if part.name() != Some(field) {
            continue;
        }
        let name = part.file_name().map(shown_name);
        let (mut bytes, mut held) = (Vec::new(), app.memory.hold());
        while let Some(chunk) = part.chunk().await.map_err(malformed)? {
            held.add(chunk.len())?;
            bytes.extend_from_slice(&chunk);
        }
        let bytes = held.keep(bytes);
        files.push(File { name, bytes });
    }
    Ok(files)
}

/// The last part of a name as a client gave it, without control characters and not too long: for
/// showing it again, not for finding anything.
pub(crate) fn shown_name(name: &str) -> String {
    const LONGEST: usize = 200;
    name.rsplit(['/', '\\'])
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|character| !character.is_control())
        .take(LONGEST)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::shown_name;

    #[test]
    fn names_lose_their_folders_and_control_characters() {
        assert_eq!(shown_name("../../etc/passwd"), "passwd");
        assert_eq!(shown_name("C:\\voices\\a\r\nb.wav"), "ab.wav");
        assert_eq!(shown_name(&"x".repeat(1000)).len(), 200);
    }
}
