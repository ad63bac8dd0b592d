//! Read request bodies into memory, within limits on size and time.
//!
//! This is ours because tower-http limits the size of a body or its total time, but knows neither
//! a minimum rate nor a memory budget that all bodies share.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, EXPECT};
use axum::http::request::Parts;
use bytes::Bytes;
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::memory_budget::{MemoryBudget, Reservation};
use crate::patience::Patience;
use crate::problem::{Kind, Problem};

/// The largest JSON body. No call needs more.
const MAX_JSON_BYTES: usize = 64 << 10;
/// How much of a refused body the server still reads, so that the client reads the response.
const DISCARDED_BYTES: usize = 16 << 20;
const DISCARD_TIME: Duration = Duration::from_secs(2);

/// A file that a client sent. Its bytes hold their memory reservation.
#[derive(Debug)]
pub(crate) struct File {
    /// The file name that the client gave, to show in the response; never a path.
    pub(crate) name: Option<String>,
    pub(crate) bytes: Bytes,
}

/// A field of a form that is no file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextField {
    pub(crate) name: &'static str,
    pub(crate) max_bytes: usize,
    /// The problem if it is larger.
    pub(crate) kind: Kind,
}

/// The files of a request, and its text field.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) files: Vec<File>,
    pub(crate) text: Option<Bytes>,
}

/// A part of a form, with its memory.
struct Part {
    is_file: bool,
    name: Option<String>,
    bytes: Vec<u8>,
    reservation: Reservation,
}

/// A whole body.
struct Read {
    bytes: Vec<u8>,
    reservation: Reservation,
}

/// Reads request bodies within the server's limits.
#[derive(Debug)]
pub(crate) struct BodyReader {
    pub(crate) memory: Arc<MemoryBudget>,
    /// The largest recording in bytes.
    pub(crate) max_bytes: usize,
    /// The most parts of a multipart body.
    pub(crate) max_parts: usize,
    /// How long a client may pause ([`Patience`]).
    pub(crate) timeout: Duration,
}

/// Return the body's length according to its header.
fn content_length(parts: &Parts) -> Option<usize> {
    parts
        .headers
        .get(CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

fn from_json<T: DeserializeOwned>(read: &Read) -> Result<T, Problem> {
    let invalid = |error| Problem::new(Kind::BadRequest, format!("the JSON is invalid: {error}"));
    serde_json::from_slice(&read.bytes).map_err(invalid)
}

fn too_large(limit: usize) -> Problem {
    Problem::new(
        Kind::TooLarge,
        format!("at most {limit} bytes are accepted"),
    )
}

impl BodyReader {
    /// Read a body of at most `limit` bytes to its end.
    async fn read(
        &self,
        client: IpAddr,
        parts: &Parts,
        mut body: Body,
        limit: usize,
    ) -> Result<Read, Problem> {
        let length = content_length(parts);
        if length.is_some_and(|length| length > limit) {
            // A client that sent `Expect: 100-continue` has not sent the body yet.
            if !parts.headers.contains_key(EXPECT) {
                discard(body).await;
            }
            return Err(too_large(limit));
        }
        let read = self.read_within(client, length, &mut body, limit).await;
        if read.is_err() {
            discard(body).await;
        }
        read
    }

    async fn read_within(
        &self,
        client: IpAddr,
        length: Option<usize>,
        body: &mut Body,
        limit: usize,
    ) -> Result<Read, Problem> {
        let mut patience = Patience::new(self.timeout);
        let mut reservation = self.memory.reserve(client);
        let mut bytes = Vec::new();
        loop {
            let slow = |_| Problem::new(Kind::Timeout, "the body arrived too slowly");
            let asked = Instant::now();
            let frame = timeout(patience.left(), body.frame()).await.map_err(slow)?;
            let Some(frame) = frame else {
                break;
            };
            let frame = frame.map_err(|error| Problem::new(Kind::BadRequest, error.to_string()))?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            patience.charge(asked.elapsed(), data.len());
            if bytes.len() + data.len() > limit {
                return Err(too_large(limit));
            }
            reservation.extend(data.len())?;
            if bytes.is_empty() {
                // The length is within the limit, but the body may never arrive.
                bytes.reserve_exact(length.unwrap_or(0).min(1 << 20).max(data.len()));
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Read { bytes, reservation })
    }

    /// Read a JSON value. The body's content type does not matter, since many clients forget it.
    pub(crate) async fn read_json<T: DeserializeOwned>(
        &self,
        client: IpAddr,
        request: Request,
    ) -> Result<(HeaderMap, T), Problem> {
        let (parts, body) = request.into_parts();
        let read = self.read(client, &parts, body, MAX_JSON_BYTES).await?;
        Ok((parts.headers, from_json(&read)?))
    }

    /// Read a JSON value of at most `limit` bytes.
    pub(crate) async fn read_large_json<T: DeserializeOwned>(
        &self,
        client: IpAddr,
        request: Request,
        limit: usize,
    ) -> Result<T, Problem> {
        let (parts, body) = request.into_parts();
        let read = self.read(client, &parts, body, limit).await?;
        from_json(&read)
    }

    /// Read the files of a request: the whole body, or the parts of a multipart body whose name is
    /// `field`.
    pub(crate) async fn read_files(
        &self,
        client: IpAddr,
        request: Request,
        field: &str,
    ) -> Result<Vec<File>, Problem> {
        let form = self.read_form(client, request, field, None).await?;
        Ok(form.files)
    }

    /// Read the files of a request, and the text field of a multipart body if it has one.
    pub(crate) async fn read_form(
        &self,
        client: IpAddr,
        request: Request,
        field: &str,
        text: Option<TextField>,
    ) -> Result<Form, Problem> {
        let (parts, body) = request.into_parts();
        let read = self.read(client, &parts, body, self.max_bytes).await?;
        let Read { bytes, reservation } = read;
        let multipart = parts.headers.get(CONTENT_TYPE).is_some_and(|kind| {
            kind.as_bytes()
                .get(..10)
                .is_some_and(|start| start.eq_ignore_ascii_case(b"multipart/"))
        });
        let mut form = Form {
            files: Vec::new(),
            text: None,
        };
        if multipart {
            let request = Request::from_parts(parts, Body::from(bytes));
            let copies = self.parts_named(field, text, request).await?;
            // The parser has kept the whole body until now. The copies take its place.
            drop(reservation);
            for mut part in copies {
                part.reservation.assign(client);
                let bytes = part.reservation.keep(part.bytes);
                if part.is_file {
                    let name = part.name;
                    form.files.push(File { name, bytes });
                } else {
                    form.text = Some(bytes);
                }
            }
        } else if !bytes.is_empty() {
            let bytes = reservation.keep(bytes);
            form.files.push(File { name: None, bytes });
        }
        if form.files.is_empty() {
            return Err(Problem::new(
                Kind::BadRequest,
                format!("send a recording as the body or in a multipart field `{field}`"),
            ));
        }
        Ok(form)
    }

    /// Return the parts of a form whose name is `field`, and the text field if it is there.
    async fn parts_named(
        &self,
        field: &str,
        text: Option<TextField>,
        request: Request,
    ) -> Result<Vec<Part>, Problem> {
        let malformed = |error: MultipartError| Problem::new(Kind::BadRequest, error.body_text());
        let mut multipart = Multipart::from_request(request, &())
            .await
            .map_err(|error| Problem::new(Kind::BadRequest, error.body_text()))?;
        let mut found: Vec<Part> = Vec::new();
        let mut parts = 0;
        while let Some(mut part) = multipart.next_field().await.map_err(malformed)? {
            let is_file = part.name() == Some(field);
            let text = text.filter(|text| part.name() == Some(text.name));
            parts += usize::from(text.is_none());
            if parts > self.max_parts {
                let detail = format!("at most {} parts are accepted", self.max_parts);
                return Err(Problem::new(Kind::TooLarge, detail));
            }
            if !is_file && text.is_none() {
                continue;
            }
            if !is_file && found.iter().any(|part| !part.is_file) {
                let name = text.map_or("", |text| text.name);
                let detail = format!("send one field `{name}`");
                return Err(Problem::new(Kind::BadRequest, detail));
            }
            let name = part.file_name().map(display_name);
            let (mut bytes, mut reservation) = (Vec::new(), self.memory.reserve_copy());
            while let Some(chunk) = part.chunk().await.map_err(malformed)? {
                reservation.extend(chunk.len())?;
                bytes.extend_from_slice(&chunk);
            }
            if let Some(text) = text
                && bytes.len() > text.max_bytes
            {
                let detail = format!(
                    "the field `{}` has more than {} bytes",
                    text.name, text.max_bytes
                );
                return Err(Problem::new(text.kind, detail));
            }
            found.push(Part {
                is_file,
                name,
                bytes,
                reservation,
            });
        }
        Ok(found)
    }
}

/// Read a little more of a refused body. A client that is still sending would otherwise see a
/// broken connection instead of the response.
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
    let _ = tokio::time::timeout(DISCARD_TIME, discarding).await;
}

/// Return the last part of a client's file name, without control characters and at most 200
/// characters long. It is only shown, never used as a path.
fn display_name(name: &str) -> String {
    const MAX_LENGTH: usize = 200;
    name.rsplit(['/', '\\'])
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|character| !character.is_control())
        .take(MAX_LENGTH)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::display_name;

    #[test]
    fn names_lose_folders_and_control_characters() {
        assert_eq!(display_name("../../etc/passwd"), "passwd");
        assert_eq!(display_name("C:\\voices\\a\r\nb.wav"), "ab.wav");
        assert_eq!(display_name(&"x".repeat(1000)).len(), 200);
    }
}
