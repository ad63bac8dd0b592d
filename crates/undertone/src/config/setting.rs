//! One setting of a file.

use std::fmt;
use std::path::PathBuf;

/// A default for an option.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    /// The command it is for; `None` for all that have the option.
    pub(crate) command: Option<String>,
    /// The option, without its hyphens.
    pub(crate) option: String,
    pub(crate) value: Value,
    pub(crate) place: Place,
}

/// The value of an option.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Whether an option without values is given.
    Flag(bool),
    /// The values of an option. Most options take one.
    Texts(Vec<String>),
}

/// The line of a file.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    pub(crate) line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}", self.path.display(), self.line)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(value) => write!(f, "{value}"),
            Self::Texts(texts) => f.write_str(&texts.join(", ")),
        }
    }
}
