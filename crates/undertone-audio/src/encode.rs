//! FLAC files that browsers play.

use flacenc::bitsink::ByteSink;
use flacenc::component::BitRepr;
use flacenc::config;
use flacenc::error::Verify;
use flacenc::source::MemSource;
use thiserror::Error;

/// The reason why samples cannot be encoded.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// There are no samples, or FLAC cannot represent their rate.
    #[error("{samples} samples at {sample_rate} Hz cannot be written as FLAC")]
    NotEncodable {
        /// Number of samples.
        samples: usize,
        /// Sample rate in Hz.
        sample_rate: u32,
    },
    /// The encoder failed.
    #[error("the FLAC encoder failed: {0}")]
    Encoder(String),
}

/// The highest rate that a FLAC header can hold, in Hz.
const MAX_RATE: u32 = 655_350;
/// Samples in one block.
const BLOCK: usize = 4096;

/// Encode mono samples as a FLAC file of 16 bits. It has about half the size of a WAV file, and
/// every current browser plays it. Samples beyond full scale are clipped.
///
/// # Errors
/// See [`EncodeError`].
///
/// ```
/// use undertone_audio::{DecodeOptions, decode_bytes, encode_flac};
///
/// let tone: Vec<f32> = (0..16_000).map(|n| (n as f32 * 0.05).sin() * 0.5).collect();
/// let file = encode_flac(&tone, 16_000)?;
/// let back = decode_bytes(file, &DecodeOptions::default()).unwrap();
/// assert_eq!((back.samples.len(), back.sample_rate), (16_000, 16_000));
/// assert!((back.samples[100] - tone[100]).abs() < 1.0 / 32_768.0);
/// # Ok::<(), undertone_audio::EncodeError>(())
/// ```
pub fn encode_flac(samples: &[f32], sample_rate: u32) -> Result<Vec<u8>, EncodeError> {
    if samples.is_empty() || sample_rate == 0 || sample_rate > MAX_RATE {
        return Err(EncodeError::NotEncodable {
            samples: samples.len(),
            sample_rate,
        });
    }
    let whole: Vec<i32> = samples
        .iter()
        .map(|sample| (sample * 32_768.0).round_ties_even() as i32)
        .map(|sample| sample.clamp(-32_768, 32_767))
        .collect();
    let config = config::Encoder::default()
        .into_verified()
        .map_err(|(_, error)| EncodeError::Encoder(error.to_string()))?;
    let source = MemSource::from_samples(&whole, 1, 16, sample_rate as usize);
    let stream = flacenc::encode_with_fixed_block_size(&config, source, BLOCK)
        .map_err(|error| EncodeError::Encoder(error.to_string()))?;
    let mut sink = ByteSink::new();
    stream
        .write(&mut sink)
        .map_err(|error| EncodeError::Encoder(error.to_string()))?;
    Ok(sink.into_inner())
}
