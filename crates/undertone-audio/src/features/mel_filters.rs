//! Triangular filters on the mel scale: `librosa.filters.mel(htk=False, norm="slaney")`.

use super::FeatureMatrix;

/// Filters stored by their non-zero weights only.
#[derive(Debug, Clone)]
pub(super) struct MelFilters {
    /// First spectrum bin of each filter, and where its weights end in `weights`.
    spans: Vec<Span>,
    weights: Vec<f32>,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    first_bin: usize,
    weights_end: usize,
}

impl MelFilters {
    pub(super) fn new(sample_rate: u32, n_fft: usize, n_mels: usize, fmin: f64, fmax: f64) -> Self {
        let bin_width = f64::from(sample_rate) / n_fft as f64;
        let edges = mel_frequencies(n_mels + 2, fmin, fmax);
        let mut filters = Self {
            spans: Vec::with_capacity(n_mels),
            weights: Vec::new(),
        };
        for edge in edges.windows(3) {
            let (low, centre, high) = (edge[0], edge[1], edge[2]);
            let norm = 2.0 / (high - low);
            let first_bin = (low / bin_width).floor() as usize;
            let last_bin = ((high / bin_width).ceil() as usize).min(n_fft / 2);
            for bin in first_bin..=last_bin {
                let frequency = bin as f64 * bin_width;
                let rising = (frequency - low) / (centre - low);
                let falling = (high - frequency) / (high - centre);
                filters
                    .weights
                    .push((rising.min(falling).max(0.0) * norm) as f32);
            }
            filters.spans.push(Span {
                first_bin,
                weights_end: filters.weights.len(),
            });
        }
        filters
    }

    /// Filters one power spectrum into column `frame` of `mel`.
    #[inline(always)]
    pub(super) fn apply(&self, spectrum: &[f32], mel: &mut FeatureMatrix, frame: usize) {
        let mut start = 0;
        for (span, row) in self
            .spans
            .iter()
            .zip(mel.values.chunks_exact_mut(mel.frames))
        {
            let weights = &self.weights[start..span.weights_end];
            let bins = &spectrum[span.first_bin..span.first_bin + weights.len()];
            row[frame] = dot(weights, bins);
            start = span.weights_end;
        }
    }
}

/// Sums in eight lanes, which the compiler turns into vector instructions.
#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a_chunks, a_rest) = a.as_chunks::<8>();
    let (b_chunks, b_rest) = b.as_chunks::<8>();
    let mut lanes = [0.0_f32; 8];
    for (x, y) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..8 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    lanes.iter().sum::<f32>() + rest
}

/// `count` frequencies in Hz, evenly spaced in mel.
fn mel_frequencies(count: usize, fmin: f64, fmax: f64) -> Vec<f64> {
    let (low, high) = (hz_to_mel(fmin), hz_to_mel(fmax));
    let step = (high - low) / (count - 1) as f64;
    (0..count)
        .map(|i| mel_to_hz(low + step * i as f64))
        .collect()
}

// Slaney's scale (Auditory Toolbox, 1998): linear below 1 kHz, logarithmic above.
const HZ_PER_MEL: f64 = 200.0 / 3.0;
const LOG_START_HZ: f64 = 1000.0;
const LOG_START_MEL: f64 = LOG_START_HZ / HZ_PER_MEL;
/// `ln(6.4) / 27`: 27 mel from 1 kHz to 6.4 kHz.
const LOG_STEP: f64 = 0.068_751_777_420_949_12;

fn hz_to_mel(hz: f64) -> f64 {
    if hz < LOG_START_HZ {
        hz / HZ_PER_MEL
    } else {
        LOG_START_MEL + (hz / LOG_START_HZ).ln() / LOG_STEP
    }
}

fn mel_to_hz(mel: f64) -> f64 {
    if mel < LOG_START_MEL {
        mel * HZ_PER_MEL
    } else {
        LOG_START_HZ * (LOG_STEP * (mel - LOG_START_MEL)).exp()
    }
}
