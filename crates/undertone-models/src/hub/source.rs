//! Where a model comes from, as people write it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A model on the Hugging Face Hub, `hf:owner/name` or `hf:owner/name@revision`, or a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ModelSource {
    /// A repository on the Hub.
    Hub {
        /// `owner/name`, or a bare `name` as the oldest repositories have.
        repository: String,
        /// A branch, tag or commit; `main` if none is given.
        revision: Option<String>,
    },
    /// A folder on this machine.
    Folder(PathBuf),
}

/// A text that begins like a model on the Hub and is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text:?} is no model on the Hub: {reason}; write hf:owner/name or hf:owner/name@revision")]
pub struct ParseSourceError {
    text: String,
    reason: &'static str,
}

impl FromStr for ModelSource {
    type Err = ParseSourceError;

    fn from_str(text: &str) -> Result<Self, ParseSourceError> {
        let Some(name) = text.strip_prefix("hf:") else {
            return Ok(Self::Folder(text.into()));
        };
        let (repository, revision) = match name.split_once('@') {
            Some((repository, revision)) => (repository, Some(revision)),
            None => (name, None),
        };
        let reason = if !is_repository(repository) {
            "a repository's name has letters, digits, `-`, `_` and `.`"
        } else if !revision.is_none_or(is_revision) {
            "a revision has letters, digits, `-`, `_`, `.` and `/`"
        } else {
            return Ok(Self::Hub {
                repository: repository.to_owned(),
                revision: revision.map(str::to_owned),
            });
        };
        Err(ParseSourceError {
            text: text.to_owned(),
            reason,
        })
    }
}

impl TryFrom<String> for ModelSource {
    type Error = ParseSourceError;

    fn try_from(text: String) -> Result<Self, ParseSourceError> {
        text.parse()
    }
}

impl fmt::Display for ModelSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => path.display().fmt(f),
            Self::Hub {
                repository,
                revision: None,
            } => write!(f, "hf:{repository}"),
            Self::Hub {
                repository,
                revision: Some(revision),
            } => write!(f, "hf:{repository}@{revision}"),
        }
    }
}

impl From<ModelSource> for String {
    fn from(source: ModelSource) -> Self {
        source.to_string()
    }
}

/// The Hub's own rules; they also make it a safe part of a path. `--` separates owner and name in
/// the cache.
fn is_repository(text: &str) -> bool {
    text.split('/').count() <= 2 && !text.contains("--") && text.split('/').all(is_path_segment)
}

fn is_revision(text: &str) -> bool {
    text.split('/').all(is_path_segment)
}

fn is_path_segment(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !text.is_empty()
        && !text.starts_with('.')
        && !text.contains("..")
        && text.bytes().all(is_allowed)
}
