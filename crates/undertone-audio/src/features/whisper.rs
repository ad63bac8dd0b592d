//! The log-mel spectrogram that Whisper's encoder reads.

use std::borrow::Cow;
use std::f64::consts::PI;
use std::fmt;
use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex};

use super::mel_filters::MelFilters;
use super::{DbConfig, FeatureError, FeatureMatrix, power_to_db};

/// Rate of the samples in Hz.
const SAMPLE_RATE: u32 = 16_000;
/// Samples in one frame and its Fourier transform.
const N_FFT: usize = 400;
/// Samples between the starts of two frames.
const HOP_LENGTH: usize = 160;
const FMAX: f64 = 8_000.0;

/// Computes the log-mel spectrogram of `transformers.WhisperFeatureExtractor` 4.57 and
/// of OpenAI's `whisper.log_mel_spectrogram`, of the samples as they are: without their padding to
/// 30 s, which the caller adds where it is wanted.
///
/// Frames of 400 samples every 160, periodic Hann window, centred with reflected edges; power;
/// Slaney's mel bands from 0 to 8 kHz; `log10(max(power, 1e-10))`; everything more than 8 below
/// the clip's largest value raised to that; then `(x + 4) / 4`.
///
/// The window, the filters and the plan of the Fourier transform are made once, in
/// [`WhisperLogMel::new`]; one instance can serve many threads.
#[derive(Clone)]
pub struct WhisperLogMel {
    n_mels: usize,
    window: Vec<f32>,
    filters: MelFilters,
    fft: Arc<dyn RealToComplex<f32>>,
}

impl fmt::Debug for WhisperLogMel {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "WhisperLogMel({} bands)", self.n_mels)
    }
}

impl WhisperLogMel {
    /// Prepares window, filters and transform. `n_mels` is 80, or 128 for `large-v3` and later.
    ///
    /// # Errors
    /// When `n_mels` is 0.
    pub fn new(n_mels: usize) -> Result<Self, FeatureError> {
        if n_mels == 0 {
            return Err(FeatureError::Zero { name: "n_mels" });
        }
        Ok(Self {
            n_mels,
            window: (0..N_FFT)
                .map(|n| (0.5 - 0.5 * (2.0 * PI * n as f64 / N_FFT as f64).cos()) as f32)
                .collect(),
            filters: MelFilters::new(SAMPLE_RATE, N_FFT, n_mels, 0.0, FMAX),
            fft: RealFftPlanner::new().plan_fft_forward(N_FFT),
        })
    }

    /// Number of mel bands.
    pub fn n_mels(&self) -> usize {
        self.n_mels
    }

    /// Number of frames that `len` samples give: one for every whole 160 samples, and at least 2.
    pub fn frames(&self, len: usize) -> usize {
        len.max(N_FFT) / HOP_LENGTH
    }

    /// The log-mel spectrogram `[n_mels][frames]` of mono samples at 16 kHz. Fewer than 400 samples,
    /// too few to reflect, are taken as followed by zeros up to 400.
    ///
    /// ```
    /// use undertone_audio::WhisperLogMel;
    /// let log_mel = WhisperLogMel::new(80)?.log_mel(&vec![0.1; 32_000]);
    /// assert_eq!((log_mel.bands, log_mel.frames), (80, 200));
    /// # Ok::<(), undertone_audio::FeatureError>(())
    /// ```
    pub fn log_mel(&self, samples: &[f32]) -> FeatureMatrix {
        let mut samples = Cow::Borrowed(samples);
        if samples.len() < N_FFT {
            samples.to_mut().resize(N_FFT, 0.0);
        }
        // librosa's floor of 1e-10 and range of 80 dB are Whisper's too.
        let mut mel = power_to_db(&self.power(&samples), &DbConfig::default());
        for value in &mut mel.values {
            *value = (*value / 10.0 + 4.0) / 4.0;
        }
        mel
    }

    fn power(&self, samples: &[f32]) -> FeatureMatrix {
        let mut mel = FeatureMatrix::zeros(self.n_mels, self.frames(samples.len()));
        let mut windowed = self.fft.make_input_vec();
        let mut spectrum = self.fft.make_output_vec();
        let mut scratch = self.fft.make_scratch_vec();
        let mut power = vec![0.0; spectrum.len()];
        for frame in 0..mel.frames {
            self.write_frame(samples, frame, &mut windowed);
            // The buffers come from the plan itself, so their lengths always match.
            if self
                .fft
                .process_with_scratch(&mut windowed, &mut spectrum, &mut scratch)
                .is_ok()
            {
                for (power, bin) in power.iter_mut().zip(&spectrum) {
                    *power = bin.re * bin.re + bin.im * bin.im;
                }
                self.filters.apply(&power, &mut mel, frame);
            }
        }
        mel
    }

    /// Windowed samples of one centred frame, reflected where it reaches over either end. There are
    /// at least as many samples as in a frame, so that half a frame can always be reflected.
    fn write_frame(&self, samples: &[f32], frame: usize, out: &mut [f32]) {
        let end = frame * HOP_LENGTH + N_FFT / 2;
        let inside = end
            .checked_sub(N_FFT)
            .and_then(|start| samples.get(start..end));
        if let Some(inside) = inside {
            for ((value, sample), weight) in out.iter_mut().zip(inside).zip(&self.window) {
                *value = sample * weight;
            }
        } else {
            let last = samples.len() - 1;
            for (n, (value, weight)) in out.iter_mut().zip(&self.window).enumerate() {
                let index = (end + n).abs_diff(N_FFT);
                *value = samples[index.min((2 * last).abs_diff(index))] * weight;
            }
        }
    }
}
