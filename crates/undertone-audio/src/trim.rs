//! Leading and trailing silence, as `librosa.effects.trim` finds it.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Where silence begins, named and valued as the arguments of `librosa.effects.trim`.
///
/// librosa's own default for `top_db` is 60; 20 is what speech emotion work on RAVDESS uses.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrimConfig {
    /// A frame this many decibels below the loudest frame counts as silent.
    pub top_db: f32,
    /// Samples in one frame; at least 1.
    pub frame_length: usize,
    /// Samples between the starts of two frames; at least 1.
    pub hop_length: usize,
}

impl Default for TrimConfig {
    fn default() -> Self {
        Self {
            top_db: 20.0,
            frame_length: 2048,
            hop_length: 512,
        }
    }
}

/// The part of `samples` between the first and the last frame that is not silent.
///
/// Gives the start and end sample of `librosa.effects.trim(y, top_db, frame_length, hop_length)`
/// with its other arguments left alone: frames centred with zero padding, their RMS in decibels
/// relative to the loudest. As there, a recording of nothing but zeros is left whole, since no
/// frame of it is quieter than the loudest. A `frame_length` or `hop_length` of 0 is taken as 1.
///
/// ```
/// use undertone_audio::{TrimConfig, trim};
///
/// let mut samples = vec![0.0; 30_000];
/// samples[10_000..20_000].fill(0.5);
/// assert_eq!(trim(&samples, &TrimConfig::default()), 9_216..21_504);
/// ```
pub fn trim(samples: &[f32], config: &TrimConfig) -> Range<usize> {
    let hop = config.hop_length.max(1);
    let levels = frame_powers(samples, config.frame_length.max(1), hop);
    // librosa takes the root and squares it again, each rounded to single precision.
    let squared_rms: Vec<f32> = levels.iter().map(|p| p.sqrt() * p.sqrt()).collect();
    let loudest = decibels(squared_rms.iter().copied().fold(0.0, f32::max));
    let loud = |p: &f32| decibels(*p) - loudest > -config.top_db;
    match (
        squared_rms.iter().position(loud),
        squared_rms.iter().rposition(loud),
    ) {
        (Some(first), Some(last)) => first * hop..((last + 1) * hop).min(samples.len()),
        _ => 0..0,
    }
}

/// `10·log10` with the floor that `librosa.amplitude_to_db` has (an amplitude of 1e-5).
fn decibels(power: f32) -> f32 {
    10.0 * power.max(1e-10).log10()
}

/// Mean square of each centred frame: `librosa.feature.rms` before its root.
fn frame_powers(samples: &[f32], frame_length: usize, hop: usize) -> Vec<f32> {
    let pad = frame_length / 2;
    let mut squares = vec![0.0; samples.len() + 2 * pad];
    for (square, sample) in squares[pad..].iter_mut().zip(samples) {
        *square = sample * sample;
    }
    squares
        .windows(frame_length)
        .step_by(hop)
        .map(|frame| pairwise_sum(frame) / frame_length as f32)
        .collect()
}

/// Sums in the order numpy's `sum` does, so that a frame on the threshold falls on the same side.
fn pairwise_sum(values: &[f32]) -> f32 {
    const BLOCK: usize = 128;
    if values.len() < 8 {
        return values.iter().fold(-0.0, |sum, v| sum + v);
    }
    if values.len() > BLOCK {
        let half = values.len() / 2;
        let (left, right) = values.split_at(half - half % 8);
        return pairwise_sum(left) + pairwise_sum(right);
    }
    let mut lanes = [0.0_f32; 8];
    let (chunks, rest) = values.as_chunks::<8>();
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += value;
        }
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    rest.iter()
        .fold(((a + b) + (c + d)) + ((e + f) + (g + h)), |sum, v| sum + v)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_left_whole() {
        assert_eq!(trim(&[0.0; 5000], &TrimConfig::default()), 0..5000);
    }

    #[test]
    fn nothing_stays_nothing() {
        assert_eq!(trim(&[], &TrimConfig::default()), 0..0);
        assert_eq!(trim(&[0.3], &TrimConfig::default()), 0..1);
    }

    #[test]
    fn odd_frame_lengths_do_not_overrun() {
        for frame_length in [0, 1, 7, 2047] {
            let config = TrimConfig {
                frame_length,
                hop_length: 3,
                top_db: 20.0,
            };
            let range = trim(&[0.5; 1000], &config);
            assert!(range.start <= range.end && range.end <= 1000);
        }
    }

    #[test]
    fn pairwise_sum_equals_a_plain_sum_of_integers() {
        for n in [0_i32, 1, 7, 8, 9, 127, 128, 129, 300, 2048] {
            let values: Vec<f32> = (0..n).map(|v| v as f32).collect();
            assert_eq!(pairwise_sum(&values), (n * (n - 1) / 2) as f32, "{n}");
        }
    }
}
