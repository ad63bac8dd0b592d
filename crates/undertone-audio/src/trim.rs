//! Silence at the start and at the end, as `librosa.effects.trim` finds it.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::kernel::kernel;
use crate::padded::padded;

/// What counts as silence, with the names and values of the arguments of `librosa.effects.trim`.
///
/// The default for `top_db` is 20, which work on speech emotion in RAVDESS uses. librosa's is 60.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrimConfig {
    /// A frame that is this many decibels below the loudest frame, or more, is silent.
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

/// Return the range of `samples` from the first to the last frame that is not silent.
///
/// The result equals that of `librosa.effects.trim(y, top_db, frame_length, hop_length)` with the
/// defaults for its other arguments: frames are centered with zero padding, and their RMS is in
/// decibels relative to the loudest. A recording of zeros is returned whole, as in librosa, because
/// no frame of it is quieter than the loudest. A `frame_length` or `hop_length` of 0 counts as 1.
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
    let levels = frame_levels(samples, config);
    let loud = |level: &f32| *level > -config.top_db;
    match (levels.iter().position(loud), levels.iter().rposition(loud)) {
        (Some(first), Some(last)) => first * hop..((last + 1) * hop).min(samples.len()),
        _ => 0..0,
    }
}

/// Return the level of each frame that [`trim`] compares, in decibels relative to the loudest frame
/// (0 and below). Frame `n` is centered on sample `n · hop_length`.
///
/// ```
/// use undertone_audio::{TrimConfig, frame_levels};
///
/// let mut samples = vec![0.005; 30_000];
/// samples[10_000..20_000].fill(0.5);
/// let levels = frame_levels(&samples, &TrimConfig::default());
/// assert_eq!((levels[5].round(), levels[30]), (-40.0, 0.0));
/// ```
pub fn frame_levels(samples: &[f32], config: &TrimConfig) -> Vec<f32> {
    let powers = frame_powers(
        samples,
        config.frame_length.max(1),
        config.hop_length.max(1),
    );
    // librosa takes the root and squares it again, and each step rounds to single precision.
    let squared_rms: Vec<f32> = powers.iter().map(|p| p.sqrt() * p.sqrt()).collect();
    let loudest = decibels(squared_rms.iter().copied().fold(0.0, f32::max));
    let relative = |p: &f32| decibels(*p) - loudest;
    squared_rms.iter().map(relative).collect()
}

/// Return `10·log10(power)` with the floor of `librosa.amplitude_to_db` (an amplitude of 1e-5).
fn decibels(power: f32) -> f32 {
    10.0 * power.max(1e-10).log10()
}

/// Compute the mean square of each centered frame: `librosa.feature.rms` before the root.
///
/// Neighboring frames share most of their samples. If the hop is a half, a quarter, … of the frame,
/// it is one of the parts that [`sum_of_squares`] halves a frame into. Then each part is summed
/// once, and the parts are added in the same order.
fn frame_powers(samples: &[f32], frame_length: usize, hop: usize) -> Vec<f32> {
    let pad = frame_length / 2;
    let frames = (samples.len() + 2 * pad + hop).saturating_sub(frame_length) / hop;
    let halvings = halvings(frame_length, hop);
    let mut edge = vec![0.0; frame_length >> halvings];
    let mut sums: Vec<f32> = (0..frames + (1 << halvings) - 1)
        .map(|part| {
            let start = (part * hop) as isize - pad as isize;
            sum_of_squares(padded(samples, start, &mut edge))
        })
        .collect();
    for level in 0..halvings {
        let distance = 1 << level;
        for part in 0..sums.len() - distance {
            sums[part] += sums[part + distance];
        }
    }
    sums.truncate(frames);
    sums.iter_mut().for_each(|sum| *sum /= frame_length as f32);
    sums
}

/// Return how often `frame_length` must be halved to give `hop`, or 0 where equal halves never do.
fn halvings(frame_length: usize, hop: usize) -> u32 {
    let ratio = frame_length / hop;
    let exact = ratio.is_power_of_two()
        && ratio * hop == frame_length
        && 2 * hop > LEAF
        && hop.is_multiple_of(LANES);
    if exact { ratio.ilog2() } else { 0 }
}

/// Most numbers that numpy's `sum` adds without halving them, in [`LANES`] running sums.
const LEAF: usize = 128;
const LANES: usize = 8;

/// Add in the order of numpy's `sum`. Rounding then is the same, so that a frame exactly on the
/// threshold falls on the same side as in librosa.
fn sum_of_squares(values: &[f32]) -> f32 {
    if values.len() > LEAF {
        let half = values.len() / 2;
        let (left, right) = values.split_at(half - half % LANES);
        return sum_of_squares(left) + sum_of_squares(right);
    }
    leaf_sum(values)
}

kernel! {
    fn leaf_sum(values: &[f32]) -> f32 = leaf_sum_plain;
}

#[inline(always)]
fn leaf_sum_plain(values: &[f32]) -> f32 {
    if values.len() < LANES {
        return values.iter().fold(-0.0, |sum, v| sum + v * v);
    }
    let mut lanes = [0.0_f32; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += value * value;
        }
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    rest.iter()
        .fold(((a + b) + (c + d)) + ((e + f) + (g + h)), |sum, v| {
            sum + v * v
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_returned_whole() {
        assert_eq!(trim(&[0.0; 5000], &TrimConfig::default()), 0..5000);
    }

    #[test]
    fn very_short_recordings_are_returned_whole() {
        assert_eq!(trim(&[], &TrimConfig::default()), 0..0);
        assert_eq!(trim(&[0.3], &TrimConfig::default()), 0..1);
    }

    #[test]
    fn odd_frame_lengths_stay_inside_the_recording() {
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
    fn sum_of_squares_equals_a_plain_sum_of_integers() {
        for n in [0_i32, 1, 7, 8, 9, 127, 128, 129, 255] {
            let values: Vec<f32> = (0..n).map(|v| v as f32).collect();
            let expected = (n * (n - 1) * (2 * n - 1) / 6) as f32;
            assert_eq!(sum_of_squares(&values), expected, "{n}");
        }
    }

    #[test]
    fn both_compilations_agree() {
        let values: Vec<f32> = (0..LEAF).map(|n| (n as f32 * 0.7).sin()).collect();
        for n in 0..=LEAF {
            let (wide, plain) = (leaf_sum(&values[..n]), leaf_sum_plain(&values[..n]));
            assert_eq!(wide.to_bits(), plain.to_bits(), "{n}");
        }
    }

    #[test]
    fn shared_parts_give_the_same_sums_as_whole_frames() {
        let samples: Vec<f32> = (0..5000).map(|n| (n as f32 * 0.37).sin()).collect();
        for (frame_length, hop) in [(2048, 512), (512, 512), (400, 100), (400, 200), (2048, 64)] {
            let mut frame = vec![0.0; frame_length];
            for (index, power) in frame_powers(&samples, frame_length, hop).iter().enumerate() {
                let start = (index * hop) as isize - (frame_length / 2) as isize;
                let expected = sum_of_squares(padded(&samples, start, &mut frame));
                assert_eq!(
                    *power,
                    expected / frame_length as f32,
                    "{frame_length}, {hop}"
                );
            }
        }
    }
}
