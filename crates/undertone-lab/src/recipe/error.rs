//! What is wrong with a recipe.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use thiserror::Error;
use undertone_messages::did_you_mean;

/// Why a recipe cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// There is no such file and no built-in recipe of this name.
    #[error(
        "{}: no such recipe file{}; the built-in recipes are {}",
        path.display(), hint(path, known), known.join(", ")
    )]
    NotFound {
        /// The path or name.
        path: PathBuf,
        /// The names of the built-in recipes.
        known: Vec<String>,
    },
    /// A file cannot be read. The error names it.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The text is not TOML, or not a recipe.
    #[error("{origin}: {message}")]
    Parse {
        /// The file or the override.
        origin: String,
        /// The place and the reason.
        message: String,
    },
    /// An override has no `=`.
    #[error("`{0}`: expected KEY=VALUE, for instance training.epochs=10")]
    Override(String),
    /// The classes cannot be made of the corpus's labels.
    #[error("label_scheme: {0}")]
    Scheme(#[from] undertone_corpus::SchemeError),
    /// Options of the network that do not go together.
    #[error(transparent)]
    Network(#[from] undertone_models::NetworkError),
    /// Classes and dimensions in one recipe.
    #[error("recipe: `dimensions` and `{scheme}` exclude each other: leave one of them out")]
    TwoTasks {
        /// The field of the classes.
        scheme: &'static str,
    },
    /// A value is out of its range.
    #[error("recipe: `{field}` must be {expected}, found {found}")]
    Range {
        /// The dotted name of the field.
        field: &'static str,
        /// The range, in words.
        expected: &'static str,
        /// The value.
        found: String,
    },
}

fn hint(path: &Path, known: &[String]) -> String {
    did_you_mean(&path.to_string_lossy(), known.iter().map(String::as_str))
}

/// Return an error that names the field, unless its value fits.
pub(super) fn range(
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
