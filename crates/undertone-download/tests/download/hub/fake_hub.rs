//! A Hugging Face Hub of one repository, with a second server for the large files.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::server::{Request, Response, Server};

pub(crate) const REPOSITORY: &str = "owner/name";
pub(crate) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Faults of the two servers.
#[derive(Default, Clone, Copy)]
pub(crate) struct Behavior {
    /// Closes the first connection for a large file after this many bytes.
    pub(crate) break_first_at: Option<usize>,
    /// Ignores `Range`.
    pub(crate) no_ranges: bool,
    /// Flips a bit of every large file.
    pub(crate) damage: bool,
    /// Flips a bit of every small file.
    pub(crate) damage_small: bool,
    /// Sends one byte too many of every large file.
    pub(crate) excess: bool,
    /// Answers everything with this status and header.
    pub(crate) refuse: Option<(&'static str, &'static str, &'static str)>,
    /// Answers 401 to requests without this token.
    pub(crate) token: Option<&'static str>,
    /// Sends no commits and no hashes.
    pub(crate) is_no_hub: bool,
}

pub(crate) struct FakeHub {
    pub(crate) hub: Server,
    pub(crate) storage: Server,
}

impl FakeHub {
    /// Files above 1000 bytes are in the storage.
    pub(crate) fn start(files: &[(&'static str, Vec<u8>)], behavior: Behavior) -> Self {
        let large: BTreeMap<String, Vec<u8>> = files
            .iter()
            .filter(|(_, content)| is_large(content))
            .map(|(_, content)| (format!("/{}", sha256(content)), content.clone()))
            .collect();
        let is_first = AtomicBool::new(true);
        let storage = Server::start(move |request| {
            let mut response = stored(&large[&request.path], request, behavior);
            if is_first.swap(false, Ordering::SeqCst) {
                response.break_at = behavior.break_first_at;
            }
            response
        });
        let files: BTreeMap<&str, Vec<u8>> = files.iter().cloned().collect();
        let storage_url = storage.url();
        let hub = Server::start(move |request| respond(request, &files, &storage_url, behavior));
        Self { hub, storage }
    }

    /// The requests since the last call: `METHOD FILE` to the Hub, `from FIRST_BYTE` to the
    /// storage.
    pub(crate) fn take_requests(&self) -> Vec<String> {
        let hub = self.hub.take_requests().into_iter().map(|request| {
            let file = request.path.rsplit('/').next().unwrap();
            format!("{} {file}", request.method)
        });
        let storage = self.storage.take_requests().into_iter();
        hub.chain(storage.map(|request| format!("from {}", request.from())))
            .collect()
    }
}

pub(crate) fn sha256(content: &[u8]) -> String {
    Sha256::digest(content)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The hash that git gives a file.
fn git_hash(content: &[u8]) -> String {
    let mut hasher = Sha1::new();
    hasher.update(format!("blob {}\0", content.len()));
    hasher.update(content);
    let hash = hasher.finalize();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_large(content: &[u8]) -> bool {
    content.len() > 1000
}

fn respond(
    request: &Request,
    files: &BTreeMap<&str, Vec<u8>>,
    storage: &str,
    behavior: Behavior,
) -> Response {
    if let Some((status, header, value)) = behavior.refuse {
        return Response::new(status).header(header, value);
    }
    if let Some(token) = behavior.token
        && request.headers.get("authorization") != Some(&format!("Bearer {token}"))
    {
        return Response::new("401 Unauthorized").header("X-Error-Code", "GatedRepo");
    }
    if behavior.is_no_hub {
        return Response::new("200 OK");
    }
    let not_found = |code| Response::new("404 Not Found").header("X-Error-Code", code);
    // Like the Hub, serve small files under another path.
    let path = request.path.replace("/api/resolve-cache/models/", "/");
    let is_cache = path != request.path;
    let Some(rest) = path.strip_prefix(&format!("/{REPOSITORY}/resolve/")) else {
        return not_found("RepoNotFound");
    };
    let (revision, file) = rest.split_once('/').unwrap();
    if !["main", "refs%2Fpr%2F1", COMMIT].contains(&revision) {
        return not_found("RevisionNotFound");
    }
    let Some(content) = files.get(file) else {
        return not_found("EntryNotFound").header("X-Repo-Commit", COMMIT);
    };
    let hash = sha256(content);
    if is_large(content) {
        Response::new("302 Found")
            .header("Location", format!("{storage}/{hash}"))
            .header("X-Linked-Etag", format!("\"{hash}\""))
            .header("X-Linked-Size", content.len().to_string())
            .header("X-Repo-Commit", COMMIT)
    } else if !is_cache {
        let location = format!("/api/resolve-cache/models/{REPOSITORY}/resolve/{rest}");
        Response::new("307 Temporary Redirect").header("Location", location)
    } else {
        let mut sent = content.clone();
        if behavior.damage_small {
            sent[0] ^= 1;
        }
        Response::file(&sent, request.from())
            .header("ETag", format!("W/\"{}\"", git_hash(content)))
            .header("X-Repo-Commit", COMMIT)
    }
}

/// A large file as the storage sends it.
fn stored(content: &[u8], request: &Request, behavior: Behavior) -> Response {
    let from = if behavior.no_ranges {
        0
    } else {
        request.from()
    };
    let mut response = Response::file(content, from);
    if behavior.damage {
        response.body[0] ^= 1;
    }
    if behavior.excess {
        response.body.push(0);
    }
    response
}
