//! Errors as problem details (RFC 9457).

use serde::Serialize;
use serde::ser::SerializeMap;
use undertone_audio::{DecodeError, DecodeErrorKind};

use crate::recognizer::RecognizeError;

/// The kind of an error: the last part of a problem's `type`, `urn:undertone:KIND`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Timeout,
    TooLarge,
    NotAudio,
    Misdirected,
    TooShort,
    TooLong,
    Broken,
    Voice,
    TooManyRequests,
    Internal,
    NotImplemented,
    Busy,
    Stopping,
}

impl Kind {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 18] = [
        Self::BadRequest,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Timeout,
        Self::TooLarge,
        Self::NotAudio,
        Self::Misdirected,
        Self::TooShort,
        Self::TooLong,
        Self::Broken,
        Self::Voice,
        Self::TooManyRequests,
        Self::Internal,
        Self::NotImplemented,
        Self::Busy,
        Self::Stopping,
    ];

    fn name_and_title(self) -> (&'static str, &'static str) {
        match self {
            Self::BadRequest => ("bad-request", "The request is invalid"),
            Self::Unauthorized => ("unauthorized", "A token is required"),
            Self::Forbidden => ("forbidden", "Requests from this origin are not allowed"),
            Self::NotFound => ("not-found", "There is nothing at this address"),
            Self::MethodNotAllowed => ("method-not-allowed", "This method is not allowed here"),
            Self::Timeout => ("timeout", "The request arrived too slowly"),
            Self::TooLarge => ("too-large", "The body is too large"),
            Self::NotAudio => ("not-audio", "The file is not a readable recording"),
            Self::Misdirected => ("misdirected", "The request is for a different host name"),
            Self::TooShort => ("too-short", "The recording is too short"),
            Self::TooLong => ("too-long", "The recording is too long"),
            Self::Broken => ("broken", "The recording is damaged"),
            Self::Voice => ("voice", "The voice profile cannot be used"),
            Self::TooManyRequests => ("too-many-requests", "This client has too much open at once"),
            Self::Internal => ("internal", "The server failed"),
            Self::NotImplemented => ("not-implemented", "The server cannot read this encoding"),
            Self::Busy => ("busy", "The server is busy"),
            Self::Stopping => ("stopping", "The server is stopping"),
        }
    }

    pub(crate) fn title(self) -> &'static str {
        self.name_and_title().1
    }

    /// Return the status of a response in HTTP.
    pub(crate) fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Timeout => 408,
            Self::TooLarge => 413,
            Self::NotAudio => 415,
            Self::Misdirected => 421,
            Self::TooShort | Self::TooLong | Self::Broken | Self::Voice => 422,
            Self::TooManyRequests => 429,
            Self::Internal => 500,
            Self::NotImplemented => 501,
            Self::Busy | Self::Stopping => 503,
        }
    }
}

/// An error that is reported to the client: as JSON, problem details (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub(crate) kind: Kind,
    /// What happened and what to do about it, for a person.
    pub(crate) detail: String,
}

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
        }
    }

    /// Return the problem of a server that is stopping.
    pub(crate) fn stopping() -> Self {
        Self::new(Kind::Stopping, "the server is stopping")
    }
}

impl Serialize for Problem {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (name, title) = self.kind.name_and_title();
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("type", &format_args!("urn:undertone:{name}"))?;
        map.serialize_entry("title", title)?;
        map.serialize_entry("status", &self.kind.status())?;
        map.serialize_entry("detail", &self.detail)?;
        map.end()
    }
}

impl From<DecodeError> for Problem {
    fn from(error: DecodeError) -> Self {
        use DecodeErrorKind as D;
        let kind = match error.kind() {
            D::NotAudio
            | D::Empty
            | D::LfsPointer
            | D::UnsupportedFormat { .. }
            | D::UnsupportedCodec { .. } => Kind::NotAudio,
            D::TooLong { .. } => Kind::TooLong,
            D::NoSamples => Kind::TooShort,
            _ => Kind::Broken,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<RecognizeError> for Problem {
    fn from(error: RecognizeError) -> Self {
        match error {
            RecognizeError::Unusable(detail) => Self::new(Kind::Broken, detail),
            RecognizeError::Decode(error) => error.into(),
            RecognizeError::Stopped => Self::new(Kind::Internal, "the work was stopped"),
            RecognizeError::Model(detail) => {
                tracing::error!(%detail, "the model failed");
                Self::new(Kind::Internal, "the model returned no result")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_openapi_document_lists_every_kind() {
        let text = include_str!("../api-docs/openapi.json");
        let document: Value = serde_json::from_str(text).unwrap();
        let types = &document["components"]["schemas"]["Problem"]["properties"]["type"]["enum"];
        let expected: Vec<_> = Kind::ALL
            .iter()
            .map(|kind| format!("urn:undertone:{}", kind.name_and_title().0))
            .collect();
        assert_eq!(*types, Value::from(expected));
    }
}
