//! Which model answered.

use serde::Serialize;

/// A model's name, and what tells its trainings apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelIdentity {
    /// The name.
    pub name: String,
    /// The first 12 hexadecimal digits of a fingerprint of its weights, or of its revision on the
    /// Hub; `None` if it was never written to a file.
    pub version: Option<String>,
}
