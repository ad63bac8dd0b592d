//! Small files that browsers play.

use flacenc::bitsink::ByteSink;
use flacenc::component::BitRepr;
use flacenc::config;
use flacenc::error::Verify;
use flacenc::source::MemSource;
use thiserror::Error;

/// Why samples can't be encoded.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// There are no samples, or FLAC has no way to write their rate.
    #[error("{samples} samples at {sample_rate} Hz can't be written as FLAC")]
    NotEncodable {
        /// Number of samples.
        samples: usize,
        /// Their rate in Hz.
        sample_rate: u32,
    },
    /// The encoder gave up.
    #[error("the FLAC encoder failed: {0}")]
    Encoder(String),
}

/// Most that FLAC's header can tell, in Hz.
const MAX_RATE: u32 = 655_350;
/// Samples of one block.
const BLOCK: usize = 4096;

/// Mono samples as a FLAC file of 16 bits: about half the size of a WAV file, and every current
/// browser plays it. What is beyond full scale is clipped.
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
