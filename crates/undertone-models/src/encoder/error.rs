//! Why an encoder cannot be loaded.

use thiserror::Error;

use super::config::EncoderConfigError;
use crate::weights::CheckpointError;

/// An encoder that cannot be loaded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EncoderError {
    /// The configuration is invalid.
    #[error(transparent)]
    Config(#[from] EncoderConfigError),
    /// The checkpoint cannot be read or does not fit the configuration.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// More layers are asked for than the encoder has.
    #[error("{wanted} layers are wanted of an encoder that has {available}")]
    Layers {
        /// The number of layers asked for.
        wanted: usize,
        /// The number of layers of the encoder.
        available: usize,
    },
}
