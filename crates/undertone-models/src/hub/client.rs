//! Asking the Hub about a file, and for its bytes.

use std::io::Read;
use std::time::Duration;

use ureq::http::{HeaderMap, Method, Response, StatusCode, Uri};
use ureq::{Agent, Body};

use super::{Hub, HubError, is_commit};

/// How long the server may be silent.
const PATIENCE: Duration = Duration::from_secs(60);

const MOST_REDIRECTS: usize = 10;

/// What the Hub says of a file.
pub(super) struct RemoteFile {
    pub(super) url: String,
    /// The commit of the revision that was asked for.
    pub(super) commit: String,
    /// Names the content: the SHA-256 of a large file, git's hash of another.
    pub(super) hash: String,
    pub(super) size: u64,
}

/// The bytes of a file from some place on.
pub(super) struct Answer {
    /// Where in the file the body begins.
    pub(super) start: u64,
    pub(super) body: Box<dyn Read>,
}

pub(super) struct Client<'a> {
    hub: &'a Hub,
    repository: &'a str,
    agent: Agent,
}

impl<'a> Client<'a> {
    pub(super) fn new(hub: &'a Hub, repository: &'a str) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            // Followed here, where it is known whom the token is for.
            .max_redirects(0)
            .timeout_connect(Some(PATIENCE))
            .timeout_recv_response(Some(PATIENCE))
            .timeout_per_read(Some(PATIENCE))
            .user_agent(concat!("undertone/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Self {
            hub,
            repository,
            agent,
        }
    }

    /// Asks for a file's commit, hash and size.
    pub(super) fn look_up(&self, revision: &str, file: &str) -> Result<RemoteFile, HubError> {
        let url = format!(
            "{}/{}/resolve/{}/{}",
            self.hub.endpoint,
            self.repository,
            percent_encoded(revision),
            percent_encoded(file)
        );
        let response = self.send(&Method::HEAD, &url, 0)?;
        if !(response.status().is_success() || response.status().is_redirection()) {
            return Err(self.refusal(url, revision, file, &response));
        }
        let headers = response.headers();
        let missing = |what: &str| HubError::NotTheHub {
            url: url.clone(),
            reason: format!("no usable {what}"),
        };
        let commit = header(headers, "x-repo-commit")
            .filter(|commit| is_commit(commit))
            .ok_or_else(|| missing("X-Repo-Commit"))?;
        // Of a large file, this answer tells of the link to it.
        let hash = header(headers, "x-linked-etag")
            .or_else(|| header(headers, "etag"))
            .map(|etag| etag.trim_start_matches("W/").trim_matches('"'))
            .filter(|hash| is_file_name(hash))
            .ok_or_else(|| missing("ETag"))?;
        let size = header(headers, "x-linked-size")
            .or_else(|| header(headers, "content-length"))
            .and_then(|size| size.parse().ok())
            .ok_or_else(|| missing("Content-Length"))?;
        Ok(RemoteFile {
            commit: commit.to_owned(),
            hash: hash.to_owned(),
            size,
            url,
        })
    }

    /// Asks for a file from byte `have` on. A server that doesn't serve parts, or not this one,
    /// is asked for all of it: look at [`Answer::start`].
    pub(super) fn bytes(
        &self,
        remote: &RemoteFile,
        file: &str,
        have: u64,
    ) -> Result<Answer, HubError> {
        let mut response = self.send(&Method::GET, &remote.url, have)?;
        let is_continued = response.status() == StatusCode::PARTIAL_CONTENT
            && range_start(response.headers()) == Some(have);
        if have > 0 && !is_continued && response.status() != StatusCode::OK {
            response = self.send(&Method::GET, &remote.url, 0)?;
        }
        match response.status() {
            StatusCode::OK => {}
            StatusCode::PARTIAL_CONTENT if is_continued => {}
            _ => return Err(self.refusal(remote.url.clone(), &remote.commit, file, &response)),
        }
        Ok(Answer {
            start: if is_continued { have } else { 0 },
            body: Box::new(response.into_body().into_reader()),
        })
    }

    /// Sends a request and follows redirects. The token goes to the Hub only, and a `HEAD`
    /// request stays there: the answers of the storage behind it know nothing of repositories.
    fn send(&self, method: &Method, url: &str, from: u64) -> Result<Response<Body>, HubError> {
        let mut uri = parse(url, url)?;
        for _ in 0..=MOST_REDIRECTS {
            let mut request = match *method {
                Method::HEAD => self.agent.head(&uri),
                _ => self.agent.get(&uri),
            };
            // A compressed answer would have another length.
            request = request.header("Accept-Encoding", "identity");
            if let Some(token) = &self.hub.token
                && origin(&uri) == origin(&parse(&self.hub.endpoint, url)?)
            {
                request = request.header("Authorization", format!("Bearer {token}"));
            }
            if from > 0 {
                request = request.header("Range", format!("bytes={from}-"));
            }
            let response = request.call().map_err(|error| HubError::Unreachable {
                url: uri.to_string(),
                reason: error.to_string(),
            })?;
            let Some(location) = header(response.headers(), "location")
                .filter(|_| response.status().is_redirection())
            else {
                return Ok(response);
            };
            let next = parse(&absolute(&uri, location), url)?;
            if *method == Method::HEAD && origin(&next) != origin(&uri) {
                return Ok(response);
            }
            uri = next;
        }
        Err(HubError::NotTheHub {
            url: url.to_owned(),
            reason: format!("more than {MOST_REDIRECTS} redirects"),
        })
    }

    fn refusal(
        &self,
        url: String,
        revision: &str,
        file: &str,
        response: &Response<Body>,
    ) -> HubError {
        let page = format!("{}/{}", self.hub.endpoint, self.repository);
        let status = response.status();
        let code = header(response.headers(), "x-error-code");
        match (status, code) {
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => HubError::Denied {
                page,
                status: status.as_u16(),
                token_given: self.hub.token.is_some(),
            },
            (StatusCode::NOT_FOUND, Some("RepoNotFound")) => HubError::NoRepository { page },
            (StatusCode::NOT_FOUND, Some("RevisionNotFound")) => HubError::NoRevision {
                repository: self.repository.to_owned(),
                revision: revision.to_owned(),
            },
            (StatusCode::NOT_FOUND, _) => HubError::NoFile {
                repository: self.repository.to_owned(),
                revision: revision.to_owned(),
                file: file.to_owned(),
            },
            _ => HubError::Status {
                url,
                status: status.as_u16(),
                retry_after: header(response.headers(), "retry-after").map(str::to_owned),
            },
        }
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    Some(headers.get(name)?.to_str().ok()?.trim())
}

/// The first byte of `Content-Range: bytes FIRST-LAST/TOTAL`.
fn range_start(headers: &HeaderMap) -> Option<u64> {
    let range = header(headers, "content-range")?.strip_prefix("bytes ")?;
    range.split_once('-')?.0.trim().parse().ok()
}

fn parse(url: &str, asked_for: &str) -> Result<Uri, HubError> {
    let not_an_address = |reason: String| HubError::NotTheHub {
        url: asked_for.to_owned(),
        reason,
    };
    let uri: Uri = url
        .parse()
        .map_err(|error| not_an_address(format!("{url:?} is no address: {error}")))?;
    match uri.scheme_str() {
        Some("http" | "https") => Ok(uri),
        _ => Err(not_an_address(format!("{url:?} is no http(s) address"))),
    }
}

fn origin(uri: &Uri) -> (Option<&str>, Option<&str>, Option<u16>) {
    (uri.scheme_str(), uri.host(), uri.port_u16())
}

/// A `Location` as an address of its own.
fn absolute(base: &Uri, location: &str) -> String {
    let scheme = base.scheme_str().unwrap_or_default();
    if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        let authority = base.authority().map_or("", |authority| authority.as_str());
        format!("{scheme}://{authority}{location}")
    } else {
        location.to_owned()
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

/// Whether a hash can be trusted as a name in the cache.
fn is_file_name(hash: &str) -> bool {
    !hash.is_empty()
        && hash.len() <= 128
        && hash
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
