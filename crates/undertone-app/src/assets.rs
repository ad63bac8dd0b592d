//! Serve the page and the samples, which are embedded in the program.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use axum::extract::{Path as Name, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use undertone_samples::Sample;

use crate::extractors::Checked;
use crate::page::{Asset, FILES, INDEX};
use crate::problem::{Kind, Problem};

/// The folder that holds the page, or `None` for the embedded page.
#[derive(Debug, Clone)]
pub(crate) struct PageFolder(pub(crate) Option<Arc<Path>>);

/// `GET /`
pub(crate) async fn index(State(page): State<PageFolder>, headers: HeaderMap) -> Response {
    match &page.0 {
        Some(folder) => from_folder(folder, "index.html"),
        None => respond(&headers, "index.html", INDEX),
    }
}

/// `GET /assets/{name}`
pub(crate) async fn asset(
    State(page): State<PageFolder>,
    Checked(Name(name)): Checked<Name<String>>,
    headers: HeaderMap,
) -> Response {
    match &page.0 {
        Some(folder) => from_folder(&folder.join("assets"), &name),
        None => from_table(FILES, &name, &headers),
    }
}

/// `GET /samples/{name}`
pub(crate) async fn sample(
    Checked(Name(name)): Checked<Name<String>>,
    headers: HeaderMap,
) -> Response {
    match Sample::named(&name) {
        Some(sample) => respond(&headers, sample.name, sample.content),
        None => not_found(),
    }
}

/// Respond with the file of this name from a table.
pub(crate) fn from_table(table: &'static [Asset], name: &str, headers: &HeaderMap) -> Response {
    match table.iter().find(|asset| asset.name == name) {
        Some(asset) => respond(headers, asset.name, asset.content),
        None => not_found(),
    }
}

/// Respond with a file from a folder, for work on the page. The name is compared with the folder's
/// entries and never joined to a path.
fn from_folder(folder: &Path, name: &str) -> Response {
    let entry = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .find(|entry| entry.file_name() == name);
    match entry.and_then(|entry| fs::read(entry.path()).ok()) {
        Some(content) => {
            let kind = HeaderValue::from_static(content_type(name));
            ([(header::CONTENT_TYPE, kind)], content).into_response()
        }
        None => not_found(),
    }
}

fn not_found() -> Response {
    Problem::new(Kind::NotFound, "there is no such file").into_response()
}

fn respond(request: &HeaderMap, name: &str, content: &'static [u8]) -> Response {
    // The version and the checksum distinguish the files of different builds.
    let tag = format!("\"{}-{:x}\"", env!("CARGO_PKG_VERSION"), checksum(content));
    let unchanged = request
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let headers = [
        (header::CONTENT_TYPE, content_type(name).to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::ETAG, tag),
    ];
    if unchanged {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, content).into_response()
    }
}

/// Return the 64-bit FNV-1a hash.
fn checksum(content: &[u8]) -> u64 {
    content.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("webmanifest") => "application/manifest+json",
        Some("wav") => "audio/wav",
        Some("flac") => "audio/flac",
        _ => "application/octet-stream",
    }
}
