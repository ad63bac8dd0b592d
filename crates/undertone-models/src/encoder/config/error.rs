//! Why a configuration cannot be used.

use serde::de::DeserializeOwned;
use thiserror::Error;

use super::family::{architectures, model_types};

/// A configuration that cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EncoderConfigError {
    /// Not JSON, or an option of the wrong type.
    #[error("{file}: {source}")]
    Json {
        /// `config.json` or `preprocessor_config.json`.
        file: &'static str,
        /// The error and its place.
        source: serde_json::Error,
    },
    /// Not YAML, or an option that is missing or of the wrong type.
    #[error("{file}: {source}")]
    Yaml {
        /// `config.yaml`.
        file: &'static str,
        /// The error and its place.
        source: Box<yaml_serde::Error>,
    },
    /// An unknown architecture, or none.
    #[error("config.json: unknown model_type {found}; known are {}", model_types())]
    ModelType {
        /// The value in the file.
        found: String,
    },
    /// The model has no supported classification head.
    #[error(
        "config.json: the model is {found}, whose head is not known; expected one of {}",
        architectures()
    )]
    NoHead {
        /// Its `architectures`.
        found: String,
    },
    /// No labels, or labels that are not numbered from 0.
    #[error("config.json: `id2label` must name the classes 0, 1, 2, ...: {reason}")]
    Labels {
        /// The error.
        reason: String,
    },
    /// The value of an option is invalid or not supported.
    #[error("{file}: `{option}` is {found}, expected {expected}")]
    Option {
        /// `config.json`, `preprocessor_config.json` or `config.yaml`.
        file: &'static str,
        /// The option.
        option: &'static str,
        /// Its value.
        found: String,
        /// The valid values.
        expected: String,
    },
}

/// Parse the JSON of `file`.
pub(super) fn parse<T: DeserializeOwned>(
    file: &'static str,
    json: &[u8],
) -> Result<T, EncoderConfigError> {
    serde_json::from_slice(json).map_err(|source| EncoderConfigError::Json { file, source })
}
