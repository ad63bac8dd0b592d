//! Questions to the Hub about a file.

use ureq::Body;
use ureq::http::{Response, StatusCode};

use super::error::HubError;
use super::repository::is_commit;
use super::settings::Hub;
use crate::client::{Client, header, refusal};

/// The Hub's description of a file.
pub(super) struct RemoteModelFile {
    pub(super) url: String,
    /// The commit of the requested revision.
    pub(super) commit: String,
    /// Identifies the content: the SHA-256 of a large file, git's hash of a small one.
    pub(super) hash: String,
    /// In bytes.
    pub(super) size: u64,
}

/// A repository on the Hub.
pub(super) struct RemoteRepository<'a> {
    hub: &'a Hub,
    /// `owner/name`.
    name: &'a str,
    pub(super) client: Client,
}

impl<'a> RemoteRepository<'a> {
    pub(super) fn new(hub: &'a Hub, name: &'a str) -> Self {
        let client = match &hub.token {
            Some(token) => Client::with_token(&hub.endpoint, token),
            None => Client::new(),
        };
        Self { hub, name, client }
    }

    /// Ask for a file's commit, hash and size.
    pub(super) fn look_up(&self, revision: &str, file: &str) -> Result<RemoteModelFile, HubError> {
        let url = format!(
            "{}/{}/resolve/{}/{}",
            self.hub.endpoint,
            self.name,
            percent_encoded(revision),
            percent_encoded(file)
        );
        let response = self.client.head(&url)?;
        if !(response.status().is_success() || response.status().is_redirection()) {
            return Err(self.refusal(&url, revision, file, &response));
        }
        let headers = response.headers();
        let missing = |what: &str| HubError::NotTheHub {
            url: url.clone(),
            reason: format!("no usable {what}"),
        };
        let commit = header(headers, "x-repo-commit")
            .filter(|commit| is_commit(commit))
            .ok_or_else(|| missing("X-Repo-Commit"))?;
        // The answer for a large file describes the link to it; `x-linked-…` describes the file.
        let hash = header(headers, "x-linked-etag")
            .or_else(|| header(headers, "etag"))
            .map(|etag| etag.trim_start_matches("W/").trim_matches('"'))
            .filter(|hash| is_hash(hash))
            .ok_or_else(|| missing("ETag"))?;
        let size = header(headers, "x-linked-size")
            .or_else(|| header(headers, "content-length"))
            .and_then(|size| size.parse().ok())
            .ok_or_else(|| missing("Content-Length"))?;
        Ok(RemoteModelFile {
            commit: commit.to_owned(),
            hash: hash.to_owned(),
            size,
            url,
        })
    }

    fn refusal(
        &self,
        url: &str,
        revision: &str,
        file: &str,
        response: &Response<Body>,
    ) -> HubError {
        let page = format!("{}/{}", self.hub.endpoint, self.name);
        let status = response.status();
        match (status, header(response.headers(), "x-error-code")) {
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => HubError::Denied {
                page,
                status: status.as_u16(),
                token_given: self.hub.token.is_some(),
            },
            (StatusCode::NOT_FOUND, Some("RepoNotFound")) => HubError::NoRepository { page },
            (StatusCode::NOT_FOUND, Some("RevisionNotFound")) => HubError::NoRevision {
                repository: self.name.to_owned(),
                revision: revision.to_owned(),
            },
            (StatusCode::NOT_FOUND, _) => HubError::NoFile {
                repository: self.name.to_owned(),
                revision: revision.to_owned(),
                file: file.to_owned(),
            },
            _ => refusal(url, response).into(),
        }
    }
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// Whether the content can be checked by a hash: a SHA-256, or git's SHA-1. Such a hash is also
/// safe as a file name in the cache.
fn is_hash(hash: &str) -> bool {
    matches!(hash.len(), 40 | 64) && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
}
