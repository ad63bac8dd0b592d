//! Power mel spectrograms.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::mel_filters::{MelFilters, mel_frequencies};
use super::spectrum::PowerSpectrum;
use super::{FeatureError, FeatureMatrix};
use crate::padded::padded;

/// The arguments of `librosa.feature.melspectrogram` that this crate varies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MelConfig {
    /// Rate of the samples in Hz.
    pub sample_rate: u32,
    /// Samples in one frame and its Fourier transform.
    pub n_fft: usize,
    /// Samples between the starts of two frames.
    pub hop_length: usize,
    /// Number of mel bands.
    pub n_mels: usize,
    /// Lowest frequency in Hz.
    pub fmin: f32,
    /// Highest frequency in Hz; `None` is half the sample rate.
    pub fmax: Option<f32>,
}

impl Default for MelConfig {
    /// librosa's defaults at this project's rate of 16 kHz.
    fn default() -> Self {
        Self {
            sample_rate: 16_000,
            n_fft: 2048,
            hop_length: 512,
            n_mels: 128,
            fmin: 0.0,
            fmax: None,
        }
    }
}

/// Computes power mel spectrograms, as `librosa.feature.melspectrogram` does with the defaults for
/// its other arguments: periodic Hann window, frames centered with zero padding, squared
/// magnitudes, Slaney's mel scale and area normalization.
///
/// [`MelSpectrogram::new`] makes the window, the filters and the plan of the Fourier transform. One
/// instance can serve many threads.
#[derive(Clone)]
pub struct MelSpectrogram {
    config: MelConfig,
    spectrum: PowerSpectrum,
    filters: MelFilters,
}

impl fmt::Debug for MelSpectrogram {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("MelSpectrogram")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl MelSpectrogram {
    /// Prepare the window, the filters and the transform.
    ///
    /// # Errors
    /// When a count is 0, or when not `0 <= fmin < fmax <= sample_rate / 2`.
    pub fn new(config: &MelConfig) -> Result<Self, FeatureError> {
        for (name, count) in [
            ("sample_rate", config.sample_rate as usize),
            ("n_fft", config.n_fft),
            ("hop_length", config.hop_length),
            ("n_mels", config.n_mels),
        ] {
            if count == 0 {
                return Err(FeatureError::Zero { name });
            }
        }
        let nyquist = config.sample_rate as f32 / 2.0;
        let (fmin, fmax) = (config.fmin, config.fmax.unwrap_or(nyquist));
        if !(0.0 <= fmin && fmin < fmax && fmax <= nyquist) {
            return Err(FeatureError::FrequencyRange {
                fmin,
                fmax,
                nyquist,
            });
        }
        Ok(Self {
            spectrum: PowerSpectrum::new(config.n_fft),
            filters: MelFilters::new(
                config.sample_rate,
                config.n_fft,
                config.n_mels,
                f64::from(fmin),
                f64::from(fmax),
            ),
            config: config.clone(),
        })
    }

    /// Return the parameters.
    pub fn config(&self) -> &MelConfig {
        &self.config
    }

    /// Return the filters, `[n_mels][n_fft / 2 + 1]`: the weight of each bin of the power spectrum
    /// in each band, as `librosa.filters.mel` does.
    ///
    /// ```
    /// use undertone_audio::{MelConfig, MelSpectrogram};
    /// let filters = MelSpectrogram::new(&MelConfig::default())?.filters();
    /// assert_eq!((filters.bands, filters.frames), (128, 1025));
    /// # Ok::<(), undertone_audio::FeatureError>(())
    /// ```
    pub fn filters(&self) -> FeatureMatrix {
        self.filters.matrix(self.config.n_fft / 2 + 1)
    }

    /// Return the frequency in Hz at the peak of each band: `librosa.mel_frequencies(n_mels + 2)`
    /// without its ends.
    pub fn centers(&self) -> Vec<f32> {
        let nyquist = self.config.sample_rate as f32 / 2.0;
        let fmax = self.config.fmax.unwrap_or(nyquist);
        let edges = mel_frequencies(
            self.config.n_mels + 2,
            f64::from(self.config.fmin),
            f64::from(fmax),
        );
        let inner = edges.iter().skip(1).take(self.config.n_mels);
        inner.map(|hertz| *hertz as f32).collect()
    }

    /// Return the number of frames for `len` samples.
    pub fn frames(&self, len: usize) -> usize {
        let padded = len + self.config.n_fft / 2 * 2;
        1 + padded.saturating_sub(self.config.n_fft) / self.config.hop_length
    }

    /// Compute the power mel spectrogram `[n_mels][frames]` of mono samples. No samples give one
    /// frame of zeros.
    ///
    /// ```
    /// use undertone_audio::{MelConfig, MelSpectrogram};
    /// let mel = MelSpectrogram::new(&MelConfig::default())?;
    /// let power = mel.power(&vec![0.1; 32_000]);
    /// assert_eq!((power.bands, power.frames), (128, 63));
    /// # Ok::<(), undertone_audio::FeatureError>(())
    /// ```
    pub fn power(&self, samples: &[f32]) -> FeatureMatrix {
        self.power_padded(samples, samples.len())
    }

    /// Compute the power mel spectrogram of `samples`, padded with zeros to `len` samples.
    pub(crate) fn power_padded(&self, samples: &[f32], len: usize) -> FeatureMatrix {
        let mut mel = FeatureMatrix::zeros(self.config.n_mels, self.frames(len));
        let samples = &samples[..samples.len().min(len)];
        let (n_fft, hop) = (self.config.n_fft, self.config.hop_length);
        // Frames after the last sample stay 0.
        let sounding = mel.frames.min((samples.len() + n_fft / 2).div_ceil(hop));
        let start = |frame: usize| (frame * hop) as isize - (n_fft / 2) as isize;
        let mut edges = [vec![0.0; n_fft], vec![0.0; n_fft]];
        let mut pair = self.spectrum.pair();
        let mut scratch = self.filters.scratch();
        for frame in (0..sounding).step_by(2) {
            let [first, second] = &mut edges;
            let first = padded(samples, start(frame), first);
            let second = padded(samples, start(frame + 1), second);
            let spectra = self.spectrum.compute([first, second], &mut pair);
            for (spectrum, column) in spectra.iter().zip(frame..mel.frames) {
                self.filters.apply(spectrum, &mut scratch, &mut mel, column);
            }
        }
        mel
    }
}
