//! Errors of the Hub's client.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::layout::TRANSFORMERS;
use crate::error::TransferError;

/// Why a model cannot be fetched, and what the user can do about it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HubError {
    /// The transfer failed.
    #[error(transparent)]
    Transfer(TransferError),
    /// The Hub does not answer.
    #[error(
        "{0}, and HF_ENDPOINT. Without a network only models in the cache work: fill it on another \
         machine and set HF_HUB_OFFLINE=1"
    )]
    Unreachable(TransferError),
    /// The offline mode is on, and the cache lacks a file.
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
        /// What the cache lacks.
        missing: String,
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
        "{page}: no such model (HTTP 404); check its name, or pass a token in HF_TOKEN if it is \
         private"
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
        "{repository} at {revision}: no file {file} (HTTP 404); it is not a complete \
         transformers model"
    )]
    NoFile {
        /// `owner/name`.
        repository: String,
        /// The branch, tag or commit.
        revision: String,
        /// The file.
        file: String,
    },
    /// The repository has no file of weights that this crate knows.
    #[error(
        "{repository} at {revision}: no weights; expected one of {}",
        TRANSFORMERS.weights.join(", ")
    )]
    NoWeights {
        /// `owner/name`.
        repository: String,
        /// The commit.
        revision: String,
    },
    /// The server's answer is not an answer of the Hub.
    #[error("{url}: not the Hugging Face Hub's answer: {reason}; check HF_ENDPOINT and the proxy")]
    NotTheHub {
        /// The address that was requested.
        url: String,
        /// What is wrong.
        reason: String,
    },
    /// The index of the weights cannot be used.
    #[error("{}: {reason}", path.display())]
    Index {
        /// The index file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl From<TransferError> for HubError {
    fn from(error: TransferError) -> Self {
        match error {
            TransferError::Unreachable { .. } => Self::Unreachable(error),
            error => Self::Transfer(error),
        }
    }
}

impl From<io::Error> for HubError {
    fn from(error: io::Error) -> Self {
        Self::Transfer(error.into())
    }
}

impl HubError {
    /// Whether the Hub did not say anything about the repository, so that the cache is used.
    pub(super) fn is_about_reaching_it(&self) -> bool {
        matches!(
            self,
            Self::Unreachable(_)
                | Self::Denied { .. }
                | Self::NotTheHub { .. }
                | Self::Transfer(TransferError::Status { .. } | TransferError::BadAddress { .. })
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
