//! A recording without an answer.

use serde::Serialize;

/// What stands in the place of an answer: the reason, in words or as the server's problem.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Failure<E> {
    /// The name of the recording; `None` if the client of a server gave none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The reason.
    pub error: E,
}
