//! The log-mel spectrogram for Whisper's encoder.

use std::borrow::Cow;
use std::fmt;

use super::mel_filters::MelFilters;
use super::spectrum::PowerSpectrum;
use super::{DbConfig, FeatureError, FeatureMatrix, power_to_db};

const N_FFT: usize = WhisperLogMel::N_FFT;
const HOP_LENGTH: usize = WhisperLogMel::HOP_LENGTH;
const FMAX: f64 = 8_000.0;

/// Computes the log-mel spectrogram of `transformers.WhisperFeatureExtractor` 4.57 and of OpenAI's
/// `whisper.log_mel_spectrogram`, but without their padding to 30 s.
///
/// The frames have 400 samples, begin every 160, have a periodic Hann window and are centered with
/// reflected edges. Their power goes through Slaney's mel filters from 0 to 8 kHz, then
/// `log10(max(power, 1e-10))`. Values more than 8 below the clip's largest are raised to that
/// level, and the result is `(x + 4) / 4`.
///
/// [`WhisperLogMel::new`] makes the window, the filters and the plan of the Fourier transform. One
/// instance can serve many threads.
#[derive(Clone)]
pub struct WhisperLogMel {
    n_mels: usize,
    spectrum: PowerSpectrum,
    filters: MelFilters,
}

impl fmt::Debug for WhisperLogMel {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "WhisperLogMel({} bands)", self.n_mels)
    }
}

impl WhisperLogMel {
    /// Sample rate that Whisper needs, in Hz.
    pub const SAMPLE_RATE: u32 = 16_000;
    /// Samples in one frame and its Fourier transform.
    pub const N_FFT: usize = 400;
    /// Samples between the starts of two frames.
    pub const HOP_LENGTH: usize = 160;

    /// Prepare the window, the filters and the transform. `n_mels` is 80, or 128 for `large-v3` and
    /// later.
    ///
    /// # Errors
    /// When `n_mels` is 0.
    pub fn new(n_mels: usize) -> Result<Self, FeatureError> {
        if n_mels == 0 {
            return Err(FeatureError::Zero { name: "n_mels" });
        }
        Ok(Self {
            n_mels,
            spectrum: PowerSpectrum::new(N_FFT),
            filters: MelFilters::new(Self::SAMPLE_RATE, N_FFT, n_mels, 0.0, FMAX),
        })
    }

    /// Return the number of mel bands.
    pub fn n_mels(&self) -> usize {
        self.n_mels
    }

    /// Return the mel filters, `[n_mels][201]`: the weight of each bin of the power spectrum in
    /// each band.
    pub fn filters(&self) -> FeatureMatrix {
        self.filters.matrix(N_FFT / 2 + 1)
    }

    /// Return the number of frames for `len` samples: one for every whole 160 samples, at least 2.
    pub fn frames(&self, len: usize) -> usize {
        len.max(N_FFT) / HOP_LENGTH
    }

    /// Compute the log-mel spectrogram `[n_mels][frames]` of mono samples at 16 kHz. Fewer than 400
    /// samples are too few to reflect, and are padded with zeros to 400.
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
        // Whisper has librosa's floor of 1e-10 and range of 80 dB.
        let mut mel = power_to_db(&self.power(&samples), &DbConfig::default());
        for value in &mut mel.values {
            *value = (*value / 10.0 + 4.0) / 4.0;
        }
        mel
    }

    fn power(&self, samples: &[f32]) -> FeatureMatrix {
        let mut mel = FeatureMatrix::zeros(self.n_mels, self.frames(samples.len()));
        let mut edges = [[0.0; N_FFT]; 2];
        let mut pair = self.spectrum.pair();
        let mut scratch = self.filters.scratch();
        for frame in (0..mel.frames).step_by(2) {
            let [first, second] = &mut edges;
            let first = reflected(samples, frame, first);
            let second = reflected(samples, frame + 1, second);
            let spectra = self.spectrum.compute([first, second], &mut pair);
            for (spectrum, column) in spectra.iter().zip(frame..mel.frames) {
                self.filters.apply(spectrum, &mut scratch, &mut mel, column);
            }
        }
        mel
    }
}

/// Return the samples of one centered frame. A frame that reaches over an end is copied into `edge`
/// and reflected. There must be at least as many samples as in a frame.
fn reflected<'a>(samples: &'a [f32], frame: usize, edge: &'a mut [f32; N_FFT]) -> &'a [f32] {
    let end = frame * HOP_LENGTH + N_FFT / 2;
    let inside = end
        .checked_sub(N_FFT)
        .and_then(|start| samples.get(start..end));
    if let Some(inside) = inside {
        return inside;
    }
    let last = samples.len() - 1;
    for (n, sample) in edge.iter_mut().enumerate() {
        let index = (end + n).abs_diff(N_FFT);
        *sample = samples[index.min((2 * last).abs_diff(index))];
    }
    edge
}
