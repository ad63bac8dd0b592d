//! Names of repositories on the Hub.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

const MAIN: &str = "main";

/// A model's repository at one revision: `owner/name` or `owner/name@revision`.
///
/// ```
/// use undertone_download::hub::Repository;
///
/// let repository: Repository = "openai/whisper-tiny.en@main".parse()?;
/// assert_eq!(repository.name(), "openai/whisper-tiny.en");
/// assert_eq!(repository.revision(), "main");
/// assert!("openai/../whisper".parse::<Repository>().is_err());
/// # Ok::<(), undertone_download::hub::ParseRepositoryError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    name: String,
    revision: Option<String>,
}

/// A text that is not the name of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{text:?} is no model on the Hub: {reason}; a model's name is owner/name or owner/name@revision"
)]
pub struct ParseRepositoryError {
    text: String,
    reason: &'static str,
}

impl Repository {
    /// Return `owner/name`, or the bare `name` that the oldest repositories have.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Return the branch, tag or commit; `main` if none was given.
    pub fn revision(&self) -> &str {
        self.revision.as_deref().unwrap_or(MAIN)
    }

    /// Return the same repository at another revision, such as [`Snapshot::commit`].
    ///
    /// [`Snapshot::commit`]: super::Snapshot::commit
    #[must_use]
    pub fn at(&self, revision: &str) -> Self {
        Self {
            name: self.name.clone(),
            revision: Some(revision.to_owned()),
        }
    }
}

impl FromStr for Repository {
    type Err = ParseRepositoryError;

    fn from_str(text: &str) -> Result<Self, ParseRepositoryError> {
        let (name, revision) = match text.split_once('@') {
            Some((name, revision)) => (name, Some(revision)),
            None => (text, None),
        };
        let reason = if !is_name(name) {
            "a repository's name has letters, digits, `-`, `_` and `.`"
        } else if !revision.is_none_or(is_revision) {
            "a revision has letters, digits, `-`, `_`, `.` and `/`"
        } else {
            return Ok(Self {
                name: name.to_owned(),
                revision: revision.map(str::to_owned),
            });
        };
        Err(ParseRepositoryError {
            text: text.to_owned(),
            reason,
        })
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.revision {
            Some(revision) => write!(f, "@{revision}"),
            None => Ok(()),
        }
    }
}

/// Whether a revision is a full commit hash, whose files never change.
pub(super) fn is_commit(revision: &str) -> bool {
    revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Check the Hub's own rules, which also make the name a safe part of a path. `--` separates owner
/// and name in the cache.
fn is_name(text: &str) -> bool {
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
