//! Why a model cannot be had.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::checkpoint::{CheckpointError, WEIGHT_FILES};

/// Why a model cannot be had, and what to do about it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HubError {
    /// A local folder that is not there.
    #[error("{}: no such folder; for a model on the Hub write hf:owner/name", .0.display())]
    NoFolder(PathBuf),
    /// Something on this machine's disk.
    #[error("{}: can't {action}: {reason}; check its permissions and the free space", path.display())]
    Io {
        /// What was to be done.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// The Hub may not be asked, and the cache lacks something.
    #[error(
        "{repository} at {revision}: the cache {} lacks {missing}, and HF_HUB_OFFLINE is set; \
         unset it to download the model, or copy the cache from a machine that has it",
        cache.display()
    )]
    NotCached {
        /// `owner/name`.
        repository: String,
        /// The branch, tag or commit.
        revision: String,
        /// The cache's folder.
        cache: PathBuf,
        /// What it lacks.
        missing: String,
    },
    /// No answer from the Hub.
    #[error(
        "{url}: no answer: {reason}; check the network (and HTTPS_PROXY, HF_ENDPOINT). Without a \
         network only models in the cache work: fill it elsewhere and set HF_HUB_OFFLINE=1"
    )]
    Unreachable {
        /// What was asked for.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// The repository is gated or private (401 or 403).
    #[error(
        "{page}: no access (HTTP {status}): the model is gated or private, or does not exist; {}",
        how_to_get_access(page, *token_given)
    )]
    Denied {
        /// The repository's page.
        page: String,
        /// The HTTP status.
        status: u16,
        /// Whether a token was sent.
        token_given: bool,
    },
    /// There is no such repository (404).
    #[error(
        "{page}: no such model (HTTP 404); check its name, or pass a token in HF_TOKEN if it is private"
    )]
    NoRepository {
        /// The repository's page.
        page: String,
    },
    /// The repository has no such branch, tag or commit (404).
    #[error(
        "{repository}: no revision {revision} (HTTP 404); see its branches and commits on the Hub"
    )]
    NoRevision {
        /// `owner/name`.
        repository: String,
        /// The revision.
        revision: String,
    },
    /// The repository has no such file (404).
    #[error(
        "{repository} at {revision}: no file {file} (HTTP 404); it is no complete transformers model"
    )]
    NoFile {
        /// `owner/name`.
        repository: String,
        /// The branch, tag or commit.
        revision: String,
        /// The file.
        file: String,
    },
    /// The repository has no weights that are known.
    #[error(
        "{repository} at {revision}: no weights; expected one of {}",
        WEIGHT_FILES.join(", ")
    )]
    NoWeights {
        /// `owner/name`.
        repository: String,
        /// The commit.
        revision: String,
    },
    /// The Hub is busy or out of order.
    #[error(
        "{url}: the server answered HTTP {status}; try again {}",
        wait(retry_after.as_deref())
    )]
    Status {
        /// What was asked for.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The server's `Retry-After`: seconds or a date.
        retry_after: Option<String>,
    },
    /// The server does not speak as the Hub does.
    #[error("{url}: not the Hugging Face Hub's answer: {reason}; check HF_ENDPOINT and the proxy")]
    NotTheHub {
        /// What was asked for.
        url: String,
        /// What is wrong.
        reason: String,
    },
    /// The download broke off.
    #[error(
        "{url}: broke off after {done} of {total} bytes: {reason}; run the same command again to \
         go on from there"
    )]
    Interrupted {
        /// The file's address.
        url: String,
        /// How many bytes are on disk.
        done: u64,
        /// How many there should be.
        total: u64,
        /// What went wrong.
        reason: String,
    },
    /// The server sends more than it announced.
    #[error(
        "{url}: the server sends {found} bytes instead of {expected}; a proxy may stand in between"
    )]
    WrongSize {
        /// The file's address.
        url: String,
        /// The size it should have.
        expected: u64,
        /// The size it has at least.
        found: u64,
    },
    /// The download is complete and is not what the repository holds.
    #[error(
        "{url}: the download has the SHA-256 {found} instead of {expected}; it was removed, run \
         the same command again"
    )]
    WrongHash {
        /// The file's address.
        url: String,
        /// The SHA-256 it should have.
        expected: String,
        /// The SHA-256 it has.
        found: String,
    },
    /// The index of sharded weights is of no use.
    #[error(transparent)]
    Index(#[from] CheckpointError),
}

impl HubError {
    /// Turns an I/O error at `path` into a [`HubError::Io`].
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |reason| Self::Io {
            action,
            path,
            reason,
        }
    }

    /// Whether the Hub could not say anything about the repository, so that the cache's word
    /// counts.
    pub(super) fn is_about_reaching_it(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::Denied { .. }
                | Self::Status { .. }
                | Self::NotTheHub { .. }
        )
    }
}

fn how_to_get_access(page: &str, token_given: bool) -> String {
    if token_given {
        format!("accept its license at {page}, and check that the token in HF_TOKEN may read it")
    } else {
        format!(
            "accept its license at {page}, make a token at https://huggingface.co/settings/tokens \
             and pass it in the environment variable HF_TOKEN"
        )
    }
}

fn wait(retry_after: Option<&str>) -> String {
    match retry_after {
        None => "in a few minutes".to_owned(),
        Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => format!("in {text} s"),
        Some(date) => format!("after {date}"),
    }
}
