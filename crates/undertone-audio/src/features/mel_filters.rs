//! Triangular filters on the mel scale: `librosa.filters.mel(htk=False, norm="slaney")`.

use super::FeatureMatrix;
use crate::kernel::kernel;

/// Bins that are weighted at a time. Spectra come in chunks of this size.
pub(super) const LANES: usize = 8;

/// The filters. Each is stored only for the chunks in which it has weights.
#[derive(Debug, Clone)]
pub(super) struct MelFilters {
    spans: Vec<Span>,
    weights: Vec<[f32; LANES]>,
}

/// The first chunk of a spectrum that a filter applies to, and the end of its weights.
#[derive(Debug, Clone, Copy)]
struct Span {
    first: usize,
    end: usize,
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
            let (low, center, high) = (edge[0], edge[1], edge[2]);
            let norm = 2.0 / (high - low);
            let weight = |bin: usize| {
                let frequency = bin as f64 * bin_width;
                let rising = (frequency - low) / (center - low);
                let falling = (high - frequency) / (high - center);
                (rising.min(falling).max(0.0) * norm) as f32
            };
            let first_bin = (low / bin_width) as usize;
            let last_bin = ((high / bin_width).ceil() as usize).min(n_fft / 2);
            let first = first_bin / LANES;
            for chunk in first..=last_bin / LANES {
                filters
                    .weights
                    .push(std::array::from_fn(|lane| weight(chunk * LANES + lane)));
            }
            filters.spans.push(Span {
                first,
                end: filters.weights.len(),
            });
        }
        filters
    }

    /// Return all weights, `[n_mels][bins]`.
    pub(super) fn matrix(&self, bins: usize) -> FeatureMatrix {
        let mut matrix = FeatureMatrix::zeros(self.spans.len(), bins);
        let mut start = 0;
        for (band, span) in self.spans.iter().enumerate() {
            let weights = self.weights[start..span.end].as_flattened();
            let row = matrix.band_mut(band).iter_mut().skip(span.first * LANES);
            row.zip(weights).for_each(|(to, from)| *to = *from);
            start = span.end;
        }
        matrix
    }

    /// Return memory for [`MelFilters::apply`].
    pub(super) fn scratch(&self) -> Vec<[f32; LANES]> {
        vec![[0.0; LANES]; self.spans.len()]
    }

    /// Filter one power spectrum into a column of `mel`: each band is a weighted sum of bins.
    pub(super) fn apply(
        &self,
        spectrum: &[[f32; LANES]],
        scratch: &mut [[f32; LANES]],
        mel: &mut FeatureMatrix,
        column: usize,
    ) {
        weigh(&self.spans, &self.weights, spectrum, scratch);
        let rows = mel.values.chunks_exact_mut(mel.frames);
        for (row, [a, b, c, d, e, f, g, h]) in rows.zip(scratch) {
            row[column] = ((*a + *e) + (*c + *g)) + ((*b + *f) + (*d + *h));
        }
    }
}

kernel! {
    /// Compute the sum of each band, still in lanes. If the lanes were added here, the compiler
    /// would use narrower registers.
    fn weigh(
        spans: &[Span],
        weights: &[[f32; LANES]],
        spectrum: &[[f32; LANES]],
        bands: &mut [[f32; LANES]],
    ) = weigh_plain;
}

#[inline(always)]
fn weigh_plain(
    spans: &[Span],
    weights: &[[f32; LANES]],
    spectrum: &[[f32; LANES]],
    bands: &mut [[f32; LANES]],
) {
    let mut start = 0;
    for (span, band) in spans.iter().zip(bands) {
        let mut lanes = [0.0; LANES];
        for (weights, bins) in weights[start..span.end].iter().zip(&spectrum[span.first..]) {
            for lane in 0..LANES {
                lanes[lane] += weights[lane] * bins[lane];
            }
        }
        *band = lanes;
        start = span.end;
    }
}

/// Return `count` frequencies in Hz that are evenly spaced in mel.
pub(super) fn mel_frequencies(count: usize, fmin: f64, fmax: f64) -> Vec<f64> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_compilations_agree() {
        let filters = MelFilters::new(16_000, 2048, 128, 0.0, 8000.0);
        let spectrum: Vec<[f32; LANES]> = (0..129)
            .map(|chunk| std::array::from_fn(|lane| (chunk * LANES + lane) as f32 * 0.7))
            .collect();
        let (mut wide, mut plain) = (filters.scratch(), filters.scratch());
        weigh(&filters.spans, &filters.weights, &spectrum, &mut wide);
        weigh_plain(&filters.spans, &filters.weights, &spectrum, &mut plain);
        assert_eq!(wide, plain);
    }
}
