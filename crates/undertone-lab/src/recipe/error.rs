//! What can be wrong with a recipe.

use std::fmt::Display;
use std::path::PathBuf;

use thiserror::Error;

/// A recipe that cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// Neither a file nor the name of a recipe that this build carries.
    #[error(
        "{}: no such recipe file; recipes that need no file: {}", path.display(), known.join(", ")
    )]
    NotFound {
        /// What was asked for.
        path: PathBuf,
        /// Names of the built-in recipes.
        known: Vec<String>,
    },
    /// A file that cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not TOML, or not a recipe.
    #[error("{origin}: {message}")]
    Parse {
        /// The file or the override.
        origin: String,
        /// Where and what.
        message: String,
    },
    /// `--set` without `=`.
    #[error("`{0}`: expected KEY=VALUE, for instance training.epochs=10")]
    Override(String),
    /// A value out of its range.
    #[error("recipe: `{field}` must be {expected}, found {found}")]
    Range {
        /// The dotted name.
        field: &'static str,
        /// The range, in words.
        expected: &'static str,
        /// The value.
        found: String,
    },
}

/// An error that names the field unless its value fits.
pub(crate) fn range(
    fits: bool,
    field: &'static str,
    expected: &'static str,
    found: impl Display,
) -> Result<(), RecipeError> {
    if fits {
        return Ok(());
    }
    Err(RecipeError::Range {
        field,
        expected,
        found: found.to_string(),
    })
}
