//! Pitch candidates of a difference curve, and their probabilities.

/// Pitch bins of one semitone: librosa's `resolution=0.1`.
pub(super) const BINS_PER_SEMITONE: usize = 10;
/// Number of thresholds. A trough is a candidate for each threshold that it lies below.
const THRESHOLDS: usize = 100;
/// Parameter of the Boltzmann distribution, which prefers short periods.
const BOLTZMANN: f64 = 2.0;
/// Share of a threshold's probability that the lowest trough gets if none is below the threshold.
const NO_TROUGH: f64 = 0.01;

/// The possible pitches of a frame.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidates {
    /// Pitch bins and their probabilities. No bin stands twice.
    pub(super) bins: Vec<(usize, f64)>,
    /// Probability that the frame is voiced.
    pub(super) voiced: f64,
}

/// The probability of each threshold, and the scale of pitch bins.
#[derive(Debug, Clone)]
pub(super) struct Prior {
    thresholds: Vec<f64>,
    sample_rate: f64,
    fmin: f64,
    shortest: usize,
    bins: usize,
}

impl Prior {
    pub(super) fn new(sample_rate: f64, fmin: f64, shortest: usize, bins: usize) -> Self {
        // The beta distribution with shapes 2 and 18 has this closed form.
        let below = |x: f64| 1.0 - (1.0 - x).powi(18) * (1.0 + 18.0 * x);
        let edge = |index: usize| index as f64 / THRESHOLDS as f64;
        Self {
            thresholds: (0..THRESHOLDS)
                .map(|index| below(edge(index + 1)) - below(edge(index)))
                .collect(),
            sample_rate,
            fmin,
            shortest,
            bins,
        }
    }

    /// Return the frequency of a pitch bin in Hz.
    pub(super) fn frequency(&self, bin: usize) -> f64 {
        self.fmin * (bin as f64 / (12 * BINS_PER_SEMITONE) as f64).exp2()
    }

    /// Find the pitches of a difference curve: its troughs.
    pub(super) fn candidates(&self, curve: &[f64]) -> Candidates {
        let troughs: Vec<usize> = (0..curve.len())
            .filter(|&index| is_trough(curve, index))
            .collect();
        let mut bins: Vec<(usize, f64)> = Vec::with_capacity(troughs.len());
        for (probability, &trough) in self.probabilities(curve, &troughs).iter().zip(&troughs) {
            if *probability == 0.0 {
                continue;
            }
            let period = (self.shortest + trough) as f64 + parabolic_shift(curve, trough);
            let octaves = (self.sample_rate / period / self.fmin).log2();
            let bin = (12.0 * BINS_PER_SEMITONE as f64 * octaves).round_ties_even();
            let bin = bin.max(0.0) as usize;
            // If two troughs fall into one bin, librosa keeps the later one.
            bins.retain(|(known, _)| *known != bin);
            if bin < self.bins {
                bins.push((bin, *probability));
            }
        }
        let voiced: f64 = bins.iter().map(|(_, probability)| probability).sum();
        Candidates {
            bins,
            voiced: voiced.clamp(0.0, 1.0),
        }
    }

    /// Return the probability of each trough to be the period.
    fn probabilities(&self, curve: &[f64], troughs: &[usize]) -> Vec<f64> {
        let mut probabilities = vec![0.0; troughs.len()];
        let heights = || troughs.iter().map(|&trough| curve[trough]);
        let lowest = heights().fold(f64::INFINITY, f64::min);
        let Some(deepest) = heights().position(|height| height == lowest) else {
            return probabilities;
        };
        for (index, weight) in self.thresholds.iter().enumerate() {
            let threshold = (index + 1) as f64 / THRESHOLDS as f64;
            let below = heights().filter(|height| *height < threshold).count();
            if below == 0 {
                probabilities[deepest] += NO_TROUGH * weight;
                continue;
            }
            let scale = (1.0 - (-BOLTZMANN).exp()) / (1.0 - (-BOLTZMANN * below as f64).exp());
            let mut share = weight * scale;
            for (probability, height) in probabilities.iter_mut().zip(heights()) {
                if height < threshold {
                    *probability += share;
                    share *= (-BOLTZMANN).exp();
                }
            }
        }
        probabilities
    }
}

/// Return whether a value is a trough, as `librosa.util.localmin` does. In addition, the first
/// value is a trough if it is below the second.
fn is_trough(curve: &[f64], index: usize) -> bool {
    let before = index.checked_sub(1).and_then(|before| curve.get(before));
    match (before, curve.get(index + 1)) {
        (None, None) => false,
        (None, Some(after)) => curve[index] < *after,
        (Some(before), None) => curve[index] < *before,
        (Some(before), Some(after)) => curve[index] < *before && curve[index] <= *after,
    }
}

/// Return the position of the minimum of the parabola through a trough and its neighbors, relative
/// to the trough.
fn parabolic_shift(curve: &[f64], trough: usize) -> f64 {
    let before = trough.checked_sub(1).and_then(|before| curve.get(before));
    let (Some(before), Some(after)) = (before, curve.get(trough + 1)) else {
        return 0.0;
    };
    let curvature = after + before - 2.0 * curve[trough];
    let slope = (after - before) / 2.0;
    if slope.abs() >= curvature.abs() {
        0.0
    } else {
        -slope / curvature
    }
}
