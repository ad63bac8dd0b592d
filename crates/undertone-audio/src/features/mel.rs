//! Power mel spectrograms.

use std::f64::consts::PI;
use std::fmt;
use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex};
use serde::{Deserialize, Serialize};

use super::mel_filters::MelFilters;
use super::{FeatureError, FeatureMatrix};

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

/// Computes power mel spectrograms, as `librosa.feature.melspectrogram` does with its other
/// arguments left alone: periodic Hann window, frames centred with zero padding, magnitudes
/// squared, Slaney's mel scale and area normalisation.
///
/// The window, the filters and the plan of the Fourier transform are made once, in
/// [`MelSpectrogram::new`]; one instance can serve many threads.
#[derive(Clone)]
pub struct MelSpectrogram {
    config: MelConfig,
    window: Vec<f32>,
    filters: MelFilters,
    fft: Arc<dyn RealToComplex<f32>>,
}

impl fmt::Debug for MelSpectrogram {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("MelSpectrogram")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl MelSpectrogram {
    /// Prepares window, filters and transform.
    ///
    /// # Errors
    /// When a count is 0, or `fmin` and `fmax` don't satisfy `0 <= fmin < fmax <= sample_rate / 2`.
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
        let n_fft = config.n_fft;
        Ok(Self {
            window: (0..n_fft)
                .map(|n| (0.5 - 0.5 * (2.0 * PI * n as f64 / n_fft as f64).cos()) as f32)
                .collect(),
            filters: MelFilters::new(
                config.sample_rate,
                n_fft,
                config.n_mels,
                f64::from(fmin),
                f64::from(fmax),
            ),
            fft: RealFftPlanner::new().plan_fft_forward(n_fft),
            config: config.clone(),
        })
    }

    /// The parameters this was made with.
    pub fn config(&self) -> &MelConfig {
        &self.config
    }

    /// Number of frames that `len` samples give.
    pub fn frames(&self, len: usize) -> usize {
        let padded = len + self.config.n_fft / 2 * 2;
        1 + padded.saturating_sub(self.config.n_fft) / self.config.hop_length
    }

    /// The power mel spectrogram `[n_mels][frames]` of mono samples. No samples at all give one
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
        let mut mel = FeatureMatrix::zeros(self.config.n_mels, self.frames(samples.len()));
        let mut scratch = Scratch::new(&*self.fft);
        for frame in 0..mel.frames {
            self.write_frame(samples, frame, &mut scratch.frame);
            // The buffers come from the plan itself, so their lengths always match.
            if self
                .fft
                .process_with_scratch(&mut scratch.frame, &mut scratch.spectrum, &mut scratch.fft)
                .is_ok()
            {
                for (power, bin) in scratch.power.iter_mut().zip(&scratch.spectrum) {
                    *power = bin.re * bin.re + bin.im * bin.im;
                }
                self.filters.apply(&scratch.power, &mut mel, frame);
            }
        }
        mel
    }

    /// Windowed samples of one centred frame, zeros where it reaches over either end.
    fn write_frame(&self, samples: &[f32], frame: usize, out: &mut [f32]) {
        let pad = self.config.n_fft / 2;
        let position = frame * self.config.hop_length;
        let skip = pad.saturating_sub(position);
        let start = (position + skip - pad).min(samples.len());
        let available = (samples.len() - start).min(out.len() - skip);
        out[..skip].fill(0.0);
        out[skip + available..].fill(0.0);
        let windowed = out[skip..skip + available].iter_mut();
        for ((value, sample), weight) in windowed.zip(&samples[start..]).zip(&self.window[skip..]) {
            *value = sample * weight;
        }
    }
}

/// Buffers for one call, so that no frame allocates.
struct Scratch {
    frame: Vec<f32>,
    spectrum: Vec<realfft::num_complex::Complex<f32>>,
    power: Vec<f32>,
    fft: Vec<realfft::num_complex::Complex<f32>>,
}

impl Scratch {
    fn new(fft: &dyn RealToComplex<f32>) -> Self {
        let spectrum = fft.make_output_vec();
        Self {
            frame: fft.make_input_vec(),
            power: vec![0.0; spectrum.len()],
            spectrum,
            fft: fft.make_scratch_vec(),
        }
    }
}
