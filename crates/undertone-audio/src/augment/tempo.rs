//! Another tempo at the same pitch.

use std::f64::consts::PI;

use super::{AugmentError, check, check_rate, check_samples};
use crate::kernel::kernel;

/// Speak `factor` times (0.5 to 2) as fast: `round(len / factor)` samples with the same pitch and
/// formants.
///
/// The method is waveform similarity overlap-add (WSOLA; Verhelst and Roelands, ICASSP 1993).
/// Pieces of 16 ms are taken at the positions of the new tempo, shifted by up to 8.5 ms so that
/// each continues the waveform before it, and are cross-faded. Sounds down to 60 Hz stay in phase.
///
/// # Errors
/// When `factor` or `rate` (in Hz) is out of range, or a sample is not finite.
pub fn tempo(samples: &[f32], rate: u32, factor: f64) -> Result<Vec<f32>, AugmentError> {
    check("tempo factor", factor, 0.5..=2.0)?;
    check_rate(rate)?;
    check_samples(samples)?;
    let len = (samples.len() as f64 / factor).round() as usize;
    Ok(stretch(samples, rate, len))
}

/// Length of a piece.
const PIECE_SECONDS: f64 = 0.016;
/// Largest shift of a piece, in either direction. Both together are one period of 60 Hz.
const SEARCH_SECONDS: f64 = 0.0085;

/// Stretch or compress the sound to `len` samples.
pub(super) fn stretch(samples: &[f32], rate: u32, len: usize) -> Vec<f32> {
    if len == samples.len() || samples.is_empty() {
        return samples.to_vec();
    }
    let piece = (PIECE_SECONDS * f64::from(rate)) as usize / LANES * LANES;
    let search = (SEARCH_SECONDS * f64::from(rate)) as usize;
    let step = samples.len() as f64 / len as f64;
    let place = |written: usize| (written as f64 * step).round() as usize;

    // Zeros around the samples, so that every piece and every search lies inside.
    let lead = piece + search;
    let reach = place(len.next_multiple_of(piece)) + 2 * (search + piece);
    let mut padded = vec![0.0; reach.max(lead + samples.len())];
    padded[lead..lead + samples.len()].copy_from_slice(samples);
    let energy = running_energy(&padded);

    let fade: Vec<f32> = (0..piece)
        .map(|n| (0.5 - 0.5 * (PI * (n as f64 + 0.5) / piece as f64).cos()) as f32)
        .collect();
    let mut similarity = vec![0.0; 2 * search + 1];
    let mut output = vec![0.0; len];
    let mut position = lead;
    for (index, written) in output.chunks_mut(piece).enumerate() {
        let continuation = &padded[position..position + piece];
        // The piece ends where the next one begins.
        let first = place((index + 1) * piece);
        correlate(continuation, &padded[first..], &mut similarity);
        for (offset, value) in similarity.iter_mut().enumerate() {
            let start = first + offset;
            let power = energy[start + piece] - energy[start];
            *value /= (power.sqrt() as f32).max(f32::MIN_POSITIVE);
        }
        let chosen = first + most_similar(&similarity);
        let pieces = continuation.iter().zip(&padded[chosen..]);
        for ((sample, (before, after)), weight) in written.iter_mut().zip(pieces).zip(&fade) {
            *sample = before + (after - before) * weight;
        }
        position = chosen + piece;
    }
    output
}

/// Return the energy of the first `n` samples, for every `n`.
fn running_energy(samples: &[f32]) -> Vec<f64> {
    let mut sum = 0.0;
    std::iter::once(0.0)
        .chain(samples.iter().map(|sample| {
            sum += f64::from(*sample).powi(2);
            sum
        }))
        .collect()
}

/// Samples of a piece that are multiplied at a time, so that sums are loaded and stored less often.
/// Pieces are a multiple of it.
const LANES: usize = 4;

kernel! {
    /// Compute `out[offset]`, the dot product of `piece` and the samples from `offset` on.
    fn correlate(piece: &[f32], samples: &[f32], out: &mut [f32]) = correlate_plain;
}

#[inline(always)]
fn correlate_plain(piece: &[f32], samples: &[f32], out: &mut [f32]) {
    out.fill(0.0);
    for (n, [a, b, c, d]) in piece.as_chunks::<LANES>().0.iter().enumerate() {
        let windows = samples[LANES * n..].array_windows::<LANES>();
        for (sum, [w, x, y, z]) in out.iter_mut().zip(windows) {
            *sum += a * w + b * x + c * y + d * z;
        }
    }
}

/// Return the offset of the largest value, or the middle one if no value is larger, as in silence.
fn most_similar(similarity: &[f32]) -> usize {
    let mut best = similarity.len() / 2;
    for (offset, value) in similarity.iter().enumerate() {
        if *value > similarity[best] {
            best = offset;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_compilations_agree() {
        let samples: Vec<f32> = (0..600).map(|n| (n as f32 * 0.7).sin()).collect();
        let (mut wide, mut plain) = ([0.0; 273], [0.0; 273]);
        correlate(&samples[..256], &samples, &mut wide);
        correlate_plain(&samples[..256], &samples, &mut plain);
        assert_eq!(wide, plain);
    }
}
