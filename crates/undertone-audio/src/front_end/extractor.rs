//! The features of one clip, stacked.

use serde::{Deserialize, Serialize};

use super::error::FrontEndError;
use crate::features::{
    DbConfig, FeatureError, FeatureMatrix, MelConfig, MelSpectrogram, Mfcc, WhisperLogMel, delta,
    power_to_db,
};
use crate::fit;

/// One kind of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InputKind {
    /// Mel spectrogram in units of power.
    Mel,
    /// Mel spectrogram in decibels.
    LogMel,
    /// Mel-frequency cepstral coefficients.
    Mfcc,
    /// The slopes of the MFCCs over time.
    MfccDelta,
    /// The samples themselves as one band, for encoders such as wav2vec 2.0. Stands alone.
    Waveform,
    /// Whisper's scaled log-mel spectrogram with `n_mels` bands. Its `n_fft`, `hop_length`, `fmin`
    /// and `fmax` are Whisper's own. Stands alone, at 16 kHz.
    WhisperLogMel,
}

/// Computes one or several kinds of features of mono samples.
///
/// Windows, filters and transforms are made once. One instance can serve many threads.
#[derive(Debug)]
pub struct Extractor {
    inputs: Vec<InputKind>,
    method: Method,
}

#[derive(Debug)]
enum Method {
    Spectral {
        mel: Box<MelSpectrogram>,
        mfcc: Mfcc,
        n_mfcc: usize,
    },
    Whisper(WhisperLogMel),
    Waveform,
}

impl Extractor {
    /// Frames in one window of the deltas: librosa's default `width`.
    pub const DELTA_WIDTH: usize = 9;

    /// Prepare the features `inputs`, stacked over bands in this order. `n_mfcc` is the number of
    /// MFCCs.
    ///
    /// # Errors
    /// When `inputs` is empty, holds others beside one that must stand alone, or the parameters do
    /// not fit together.
    pub fn new(
        inputs: &[InputKind],
        mel: &MelConfig,
        n_mfcc: usize,
    ) -> Result<Self, FrontEndError> {
        Ok(Self {
            method: Method::new(inputs, mel, n_mfcc)?,
            inputs: inputs.to_vec(),
        })
    }

    /// Return the number of bands of all features together, for example 128 + 40.
    pub fn bands(&self) -> usize {
        self.inputs.iter().map(|input| self.rows(*input)).sum()
    }

    fn rows(&self, input: InputKind) -> usize {
        match (&self.method, input) {
            (Method::Spectral { n_mfcc, .. }, InputKind::Mfcc | InputKind::MfccDelta) => *n_mfcc,
            (Method::Spectral { mel, .. }, _) => mel.config().n_mels,
            (Method::Whisper(log_mel), _) => log_mel.n_mels(),
            (Method::Waveform, _) => 1,
        }
    }

    /// Return the number of frames that `len` samples give.
    pub fn frames(&self, len: usize) -> usize {
        match &self.method {
            Method::Spectral { mel, .. } => mel.frames(len),
            Method::Whisper(log_mel) => log_mel.frames(len),
            Method::Waveform => len,
        }
    }

    /// Check that `len` samples give enough frames for the requested deltas.
    ///
    /// # Errors
    /// When they do not.
    pub fn check_frames(&self, len: usize) -> Result<(), FeatureError> {
        let (width, frames) = (Self::DELTA_WIDTH, self.frames(len));
        if self.inputs.contains(&InputKind::MfccDelta) && frames < width {
            return Err(FeatureError::TooFewFrames { width, frames });
        }
        Ok(())
    }

    /// Compute the features `[bands][frames]` of the first `len` samples, padded with zeros where
    /// there are fewer. Deltas of too few frames are zeros; see [`Extractor::check_frames`].
    pub fn features(&self, samples: &[f32], len: usize) -> FeatureMatrix {
        match &self.method {
            Method::Spectral { mel, mfcc, .. } => self.stack(mel, mfcc, samples, len),
            Method::Whisper(log_mel) => log_mel.log_mel(&fit(samples, len)),
            Method::Waveform => FeatureMatrix {
                bands: 1,
                frames: len,
                values: fit(samples, len),
            },
        }
    }

    fn stack(
        &self,
        mel: &MelSpectrogram,
        mfcc: &Mfcc,
        samples: &[f32],
        len: usize,
    ) -> FeatureMatrix {
        let wants = |kinds: &[InputKind]| self.inputs.iter().any(|input| kinds.contains(input));
        let power = mel.power_padded(samples, len);
        let (mut db, mut coefficients) = (FeatureMatrix::default(), FeatureMatrix::default());
        if wants(&[InputKind::LogMel, InputKind::Mfcc, InputKind::MfccDelta]) {
            db = power_to_db(&power, &DbConfig::default());
        }
        if wants(&[InputKind::Mfcc, InputKind::MfccDelta]) {
            coefficients = mfcc.from_db(&db);
        }
        let mut stacked = FeatureMatrix {
            bands: self.bands(),
            frames: power.frames,
            values: Vec::with_capacity(self.bands() * power.frames),
        };
        for input in &self.inputs {
            match input {
                InputKind::Mel => stacked.values.extend_from_slice(&power.values),
                InputKind::LogMel => stacked.values.extend_from_slice(&db.values),
                InputKind::Mfcc => stacked.values.extend_from_slice(&coefficients.values),
                InputKind::MfccDelta => {
                    let (bands, frames) = (coefficients.bands, coefficients.frames);
                    let slopes = delta(&coefficients, Self::DELTA_WIDTH)
                        .unwrap_or_else(|_| FeatureMatrix::zeros(bands, frames));
                    stacked.values.extend_from_slice(&slopes.values);
                }
                // They stand alone, with methods of their own.
                InputKind::Waveform | InputKind::WhisperLogMel => {}
            }
        }
        stacked
    }
}

impl Method {
    fn new(inputs: &[InputKind], mel: &MelConfig, n_mfcc: usize) -> Result<Self, FrontEndError> {
        let stands_alone = |input| match inputs.len() {
            1 => Ok(()),
            _ => Err(FrontEndError::NotAlone { input }),
        };
        if inputs.is_empty() {
            return Err(FrontEndError::NoInputs);
        }
        if inputs.contains(&InputKind::Waveform) {
            stands_alone("waveform")?;
            return Ok(Self::Waveform);
        }
        if inputs.contains(&InputKind::WhisperLogMel) {
            stands_alone("whisper-log-mel")?;
            if mel.sample_rate != WhisperLogMel::SAMPLE_RATE {
                let found = mel.sample_rate;
                return Err(FrontEndError::WhisperRate { found });
            }
            return Ok(Self::Whisper(WhisperLogMel::new(mel.n_mels)?));
        }
        Ok(Self::Spectral {
            mel: Box::new(MelSpectrogram::new(mel)?),
            mfcc: Mfcc::new(n_mfcc, mel.n_mels)?,
            n_mfcc,
        })
    }
}
