//! The options by which a recording becomes the input of an encoder.

use serde::Deserialize;

use super::error::{EncoderConfigError, parse};

const FILE: &str = "preprocessor_config.json";

/// The options in `preprocessor_config.json`, with the names and the defaults of `transformers`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct PreprocessorConfig {
    /// Rate of the waveform in Hz.
    pub sampling_rate: u32,
    /// Bands of the log-mel spectrogram, or 1 for a waveform.
    pub feature_size: usize,
    /// Whether a waveform is normalized to mean 0 and variance 1 (with 1e-7 added to the variance)
    /// over its samples. The feature extractor of Whisper ignores this option by default.
    pub do_normalize: bool,
    /// Whether the network was trained with an attention mask that excludes padding.
    pub return_attention_mask: bool,
    /// Samples of a spectrogram frame.
    pub n_fft: usize,
    /// Samples from one frame to the next.
    pub hop_length: usize,
    /// The length in seconds to which Whisper fills up every clip.
    pub chunk_length: usize,
}

impl Default for PreprocessorConfig {
    fn default() -> Self {
        Self {
            sampling_rate: 16_000,
            feature_size: 1,
            do_normalize: true,
            return_attention_mask: false,
            n_fft: 400,
            hop_length: 160,
            chunk_length: 30,
        }
    }
}

impl PreprocessorConfig {
    /// Read a `preprocessor_config.json`.
    ///
    /// # Errors
    /// If it is not JSON, and for a size that is 0 or much too large.
    pub fn from_json(json: &[u8]) -> Result<Self, EncoderConfigError> {
        let config: Self = parse(FILE, json)?;
        for (option, size, largest) in [
            ("sampling_rate", config.sampling_rate as usize, 1_000_000),
            ("feature_size", config.feature_size, 4096),
            ("n_fft", config.n_fft, 1 << 20),
            ("hop_length", config.hop_length, 1 << 20),
            ("chunk_length", config.chunk_length, 3600),
        ] {
            if !(1..=largest).contains(&size) {
                return Err(EncoderConfigError::Option {
                    file: FILE,
                    option,
                    found: size.to_string(),
                    expected: format!("1 to {largest}"),
                });
            }
        }
        Ok(config)
    }
}
