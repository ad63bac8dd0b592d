//! The options by which a recording becomes the input of an encoder.

use serde::Deserialize;

use super::encoder::EncoderConfig;
use super::error::{EncoderConfigError, parse};

const FILE: &str = "preprocessor_config.json";

/// The options in `preprocessor_config.json`, with the names and the defaults of `transformers`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct PreprocessorConfig {
    /// The class of `transformers` that prepares recordings, if the file names it.
    pub feature_extractor_type: Option<String>,
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
    /// Standard deviation of noise that Whisper's feature extractor adds, which is not supported.
    pub dither: f64,
}

impl Default for PreprocessorConfig {
    fn default() -> Self {
        Self {
            feature_extractor_type: None,
            sampling_rate: 16_000,
            feature_size: 1,
            do_normalize: true,
            return_attention_mask: false,
            n_fft: 400,
            hop_length: 160,
            chunk_length: 30,
            dither: 0.0,
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

    /// Check that recordings are prepared in the way that is supported for an encoder.
    ///
    /// # Errors
    /// [`EncoderConfigError::Option`] for the first option that would change the numbers.
    pub fn check_for(&self, encoder: &EncoderConfig) -> Result<(), EncoderConfigError> {
        let refuse = |option, found: String, expected: String| {
            Err(EncoderConfigError::Option {
                file: FILE,
                option,
                found,
                expected,
            })
        };
        let (class, bands) = (encoder.feature_extractor(), encoder.bands());
        if let Some(found) = self
            .feature_extractor_type
            .as_deref()
            .filter(|it| *it != class)
        {
            return refuse("feature_extractor_type", found.to_owned(), class.to_owned());
        }
        // The file of Whisper may leave the number of bands out.
        let size = self.feature_size;
        if size != bands && size != Self::default().feature_size {
            return refuse("feature_size", size.to_string(), bands.to_string());
        }
        if self.dither != 0.0 {
            return refuse("dither", self.dither.to_string(), "0".to_owned());
        }
        if bands == 1 {
            return Ok(());
        }
        let standard = Self::default();
        for (option, found, expected) in [
            ("n_fft", self.n_fft, standard.n_fft),
            ("hop_length", self.hop_length, standard.hop_length),
        ] {
            if found != expected {
                return refuse(option, found.to_string(), expected.to_string());
            }
        }
        Ok(())
    }
}
