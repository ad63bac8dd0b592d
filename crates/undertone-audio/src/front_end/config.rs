//! The parameters of a front end, as recipes (TOML) and models (JSON) hold them.

use serde::{Deserialize, Serialize};

use crate::features::MelConfig;
use crate::{FitLength, TrimConfig};

/// Everything between a recording and un-normalized features.
///
/// Any field left out has its default. Trimming is switched off with `trim = false`, and set
/// with a table:
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
    /// Rate that every recording is brought to, in Hz.
    pub sample_rate: u32,
    /// Silence at both ends; `None` (written `false`) leaves it.
    #[serde(with = "trim_switch")]
    pub trim: Option<TrimConfig>,
    /// Level that the trimmed recording is brought to: its root mean square in dB of full scale, -60
    /// to 0. Left out: recordings keep theirs, and a model hears how loud they are, which depends on
    /// the microphone as much as on the speaker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<f32>,
    /// Window that a model sees: seconds, or a statistic of the trimmed clips it is trained on,
    /// which must be [resolved](FitLength::resolve) into seconds before a [`FrontEnd`] is made.
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
    /// Highest frequency in Hz; left out: half the sample rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fmax: Option<f32>,
    /// What a model is given, stacked over bands in this order.
    pub inputs: Vec<InputKind>,
    /// What is done to them before the network sees them. The statistics that it needs are the
    /// model's, so [`FrontEnd::features`](crate::FrontEnd::features) leaves it to the model.
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
    /// The part of it that a mel spectrogram needs.
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

/// How features are scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalize {
    /// Not at all. A choice that shows why one should.
    None,
    /// Each band by its mean and standard deviation over the training set.
    #[default]
    Standardize,
    /// All values of a clip by its own mean and standard deviation, as wav2vec 2.0's feature
    /// extractor does with waveforms.
    Utterance,
}

/// One kind of feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InputKind {
    /// Mel spectrogram as power.
    Mel,
    /// Mel spectrogram in decibels.
    LogMel,
    /// Mel-frequency cepstral coefficients.
    Mfcc,
    /// Their slopes over time.
    MfccDelta,
    /// The samples themselves as one band, for encoders such as wav2vec 2.0. Stands alone.
    Waveform,
    /// Whisper's scaled log-mel spectrogram with `n_mels` bands; `n_fft`, `hop_length`, `fmin` and
    /// `fmax` are Whisper's own. Stands alone, at 16 kHz.
    WhisperLogMel,
}

/// `false`, `true` (the defaults) or a table: TOML has no null that could stand for `None`.
mod trim_switch {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::TrimConfig;

    #[derive(Deserialize)]
    #[serde(untagged)]
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
