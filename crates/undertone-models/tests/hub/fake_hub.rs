//! A Hugging Face Hub of one repository, with a server of its own for the large files.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use sha2::{Digest, Sha256};

use crate::server::{Answer, Request, Server};

pub(crate) const REPOSITORY: &str = "owner/name";
pub(crate) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// How the two servers depart from what they should do.
#[derive(Default, Clone, Copy)]
pub(crate) struct Behavior {
    /// Closes the connection of the first answer with a large file after so many bytes.
    pub(crate) break_first_at: Option<usize>,
    /// Ignores `Range`.
    pub(crate) no_ranges: bool,
    /// Flips a bit of every large file.
    pub(crate) damage: bool,
    /// Sends a byte too many of every large file.
    pub(crate) excess: bool,
    /// Answers everything with this status and header.
    pub(crate) refuse: Option<(&'static str, &'static str, &'static str)>,
    /// Answers 401 to those who do not show this token.
    pub(crate) token: Option<&'static str>,
    /// Says nothing of commits and hashes.
    pub(crate) is_no_hub: bool,
}

pub(crate) struct FakeHub {
    pub(crate) hub: Server,
    pub(crate) storage: Server,
}

impl FakeHub {
    /// Files above 1000 bytes lie in the storage.
    pub(crate) fn start(files: &[(&'static str, Vec<u8>)], behavior: Behavior) -> Self {
        let large: BTreeMap<String, Vec<u8>> = files
            .iter()
            .filter(|(_, content)| is_large(content))
            .map(|(_, content)| (format!("/{}", sha256(content)), content.clone()))
            .collect();
        let is_first = AtomicBool::new(true);
        let storage = Server::start(move |request| {
            let mut answer = range_of(&large[&request.path], request, behavior);
            if is_first.swap(false, Ordering::SeqCst) {
                answer.break_at = behavior.break_first_at;
            }
            answer
        });
        let files: BTreeMap<&str, Vec<u8>> = files.iter().cloned().collect();
        let storage_url = storage.url();
        let hub = Server::start(move |request| answer(request, &files, &storage_url, behavior));
        Self { hub, storage }
    }

    /// What both were asked since the last call: `METHOD FILE` of the hub, `from FIRST_BYTE` of
    /// the storage.
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

fn is_large(content: &[u8]) -> bool {
    content.len() > 1000
}

fn answer(
    request: &Request,
    files: &BTreeMap<&str, Vec<u8>>,
    storage: &str,
    behavior: Behavior,
) -> Answer {
    if let Some((status, header, value)) = behavior.refuse {
        return Answer::new(status).header(header, value);
    }
    if let Some(token) = behavior.token
        && request.headers.get("authorization") != Some(&format!("Bearer {token}"))
    {
        return Answer::new("401 Unauthorized").header("X-Error-Code", "GatedRepo");
    }
    if behavior.is_no_hub {
        return Answer::new("200 OK");
    }
    let not_found = |code| Answer::new("404 Not Found").header("X-Error-Code", code);
    // Small files are answered for under another path, as the Hub does.
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
        Answer::new("302 Found")
            .header("Location", format!("{storage}/{hash}"))
            .header("X-Linked-Etag", format!("\"{hash}\""))
            .header("X-Linked-Size", content.len().to_string())
            .header("X-Repo-Commit", COMMIT)
    } else if !is_cache {
        let location = format!("/api/resolve-cache/models/{REPOSITORY}/resolve/{rest}");
        Answer::new("307 Temporary Redirect").header("Location", location)
    } else {
        range_of(content, request, Behavior::default())
            .header("ETag", format!("W/\"{}\"", &hash[..40]))
            .header("X-Repo-Commit", COMMIT)
    }
}

fn range_of(content: &[u8], request: &Request, behavior: Behavior) -> Answer {
    let from = request.from();
    let mut answer = if from > 0 && !behavior.no_ranges {
        let (last, total) = (content.len() - 1, content.len());
        let mut answer = Answer::new("206 Partial Content")
            .header("Content-Range", format!("bytes {from}-{last}/{total}"));
        answer.body = content[from..].to_vec();
        answer
    } else {
        let mut answer = Answer::new("200 OK");
        answer.body = content.to_vec();
        answer
    };
    if behavior.damage {
        answer.body[0] ^= 1;
    }
    if behavior.excess {
        answer.body.push(0);
    }
    answer
}
