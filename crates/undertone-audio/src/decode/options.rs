//! What the decoders accept.

use super::error::DecodeErrorKind;

/// The bytes of a file in memory, in any type that can lend them.
pub trait Content: AsRef<[u8]> + Send + Sync + 'static {}

impl<T: AsRef<[u8]> + Send + Sync + 'static> Content for T {}

/// Limits of what is decoded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DecodeOptions {
    /// Longest recording that is accepted, in seconds.
    pub max_seconds: f64,
}

impl Default for DecodeOptions {
    /// Ten minutes.
    fn default() -> Self {
        Self { max_seconds: 600.0 }
    }
}

impl DecodeOptions {
    pub(super) fn max_frames(&self, sample_rate: u32) -> u64 {
        (self.max_seconds * f64::from(sample_rate)) as u64
    }

    pub(crate) fn too_long(&self) -> DecodeErrorKind {
        DecodeErrorKind::TooLong {
            max_seconds: self.max_seconds,
        }
    }
}

/// Return `rate` if it is a sample rate that recordings have.
pub(super) fn check_rate(rate: u32) -> Result<u32, DecodeErrorKind> {
    if (4_000..=192_000).contains(&rate) {
        Ok(rate)
    } else {
        Err(DecodeErrorKind::SampleRateOutOfRange { rate })
    }
}
