//! The parameters of a front end, as recipes (TOML) and models (JSON) hold them.

use serde::{Deserialize, Serialize};

use super::extractor::InputKind;
use crate::features::MelConfig;
use crate::normalize::Normalize;
use crate::{FitLength, TrimConfig};

/// The parameters of every step between a recording and its features.
///
/// A field that is left out has its default. `trim = false` switches trimming off, and a table
/// sets its parameters:
///
/// ```
/// use undertone_audio::{FrontEndConfig, InputKind};
///
/// let config: FrontEndConfig = toml::from_str(
///     r#"
///     duration = 3.0
///     inputs = ["log-mel"]
///     trim = { top_db = 30.0 }
///     "#,
/// )?;
/// assert_eq!(config.sample_rate, 16_000);
/// assert_eq!(config.inputs, [InputKind::LogMel]);
/// assert_eq!(config.trim.map(|trim| trim.hop_length), Some(512));
/// assert_eq!(toml::from_str::<FrontEndConfig>("trim = false")?.trim, None);
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FrontEndConfig {
    /// Sample rate that every recording is resampled to, in Hz.
    pub sample_rate: u32,
    /// How the silence at both ends is trimmed. `None` (written `false`) leaves it.
    #[serde(with = "trim_switch")]
    pub trim: Option<TrimConfig>,
    /// Level that every trimmed recording is scaled to: its root mean square in dB relative to full
    /// scale, -60 to 0. Without it recordings keep their level. A model then also learns from the
    /// loudness, which depends on the microphone as much as on the speaker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<f32>,
    /// Window that a model sees: a number of seconds, or a statistic of the trimmed clips of the
    /// training set. A statistic must be replaced by seconds before a [`FrontEnd`] is made.
    ///
    /// [`FrontEnd`]: crate::FrontEnd
    pub duration: FitLength,
    /// Whether shorter clips are padded with zeros to `duration`. Without padding a clip keeps its
    /// own length (at least [`SHORTEST`](crate::FrontEnd::SHORTEST) samples).
    pub pad: bool,
    /// Samples in one frame.
    pub n_fft: usize,
    /// Samples between the starts of two frames.
    pub hop_length: usize,
    /// Number of mel bands.
    pub n_mels: usize,
    /// Number of MFCCs.
    pub n_mfcc: usize,
    /// Lowest frequency in Hz.
    pub fmin: f32,
    /// Highest frequency in Hz. `None` (left out) is half the sample rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fmax: Option<f32>,
    /// Features that a model reads, stacked over bands in this order.
    pub inputs: Vec<InputKind>,
    /// How the features are scaled. [`FrontEnd::features`](crate::FrontEnd::features) leaves
    /// [`Normalize::Standardize`] to the model, which holds the statistics of the training set.
    pub normalize: Normalize,
}

impl Default for FrontEndConfig {
    fn default() -> Self {
        let mel = MelConfig::default();
        Self {
            sample_rate: mel.sample_rate,
            trim: Some(TrimConfig::default()),
            level: None,
            duration: FitLength::default(),
            pad: true,
            n_fft: mel.n_fft,
            hop_length: mel.hop_length,
            n_mels: mel.n_mels,
            n_mfcc: 40,
            fmin: mel.fmin,
            fmax: mel.fmax,
            inputs: vec![InputKind::LogMel, InputKind::Mfcc],
            normalize: Normalize::default(),
        }
    }
}

impl FrontEndConfig {
    /// Return the parameters of the mel spectrogram.
    pub fn mel(&self) -> MelConfig {
        MelConfig {
            sample_rate: self.sample_rate,
            n_fft: self.n_fft,
            hop_length: self.hop_length,
            n_mels: self.n_mels,
            fmin: self.fmin,
            fmax: self.fmax,
        }
    }
}

/// `false`, `true` (the defaults) or a table: TOML has no null for `None`.
mod trim_switch {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::TrimConfig;

    #[derive(Deserialize)]
    #[serde(
        untagged,
        expecting = "expected true, false or a table of top_db, frame_length and hop_length"
    )]
    enum Switch {
        OnOff(bool),
        Table(TrimConfig),
    }

    pub(super) fn serialize<S: Serializer>(
        trim: &Option<TrimConfig>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match trim {
            Some(config) => config.serialize(serializer),
            None => serializer.serialize_bool(false),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<TrimConfig>, D::Error> {
        Ok(match Switch::deserialize(deserializer)? {
            Switch::OnOff(on) => on.then(TrimConfig::default),
            Switch::Table(config) => Some(config),
        })
    }
}
