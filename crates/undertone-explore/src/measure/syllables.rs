//! Counting syllable nuclei.

use std::f64::consts::PI;

use undertone_audio::PitchFrame;

use undertone_metrics::quantile;

/// Samples of the window in which intensity is measured: 96 ms at 16 kHz, long enough to span a
/// period of the lowest voice.
const WINDOW: usize = 1536;
/// Largest distance of a nucleus from the loudest frames, in decibels.
const BELOW_LOUDEST_DB: f64 = 25.0;
/// Smallest dip of the intensity between two nuclei, in decibels.
const DIP_DB: f64 = 2.0;

/// Count syllable nuclei after de Jong & Wempe (2009, "Praat script to detect syllable nuclei and
/// measure speech rate automatically"): peaks of intensity that are voiced, not more than 25 dB
/// below the loudest frames (their 99th percentile), and between which intensity falls by 2 dB.
///
/// `track` is the pitch of `samples`, with one frame every `hop` samples.
pub(super) fn nuclei(samples: &[f32], track: &[PitchFrame], hop: usize) -> usize {
    let contour = intensity(samples, track.len(), hop);
    let mut ascending = contour.clone();
    ascending.sort_by(f64::total_cmp);
    let threshold = quantile(&ascending, 0.99) - BELOW_LOUDEST_DB;
    peaks(&contour, DIP_DB)
        .into_iter()
        .filter(|&peak| contour[peak] > threshold && track[peak].f0.is_some())
        .count()
}

/// Return the intensity in dB of Hann-windowed frames, centered every `hop` samples.
fn intensity(samples: &[f32], frames: usize, hop: usize) -> Vec<f64> {
    let window: Vec<f64> = (0..WINDOW)
        .map(|n| 0.5 - 0.5 * (2.0 * PI * (n as f64 + 0.5) / WINDOW as f64).cos())
        .collect();
    (0..frames)
        .map(|frame| {
            let first = (frame * hop) as isize - (WINDOW / 2) as isize;
            let skipped = first.min(0).unsigned_abs();
            let inside = samples.iter().skip(first.max(0) as usize);
            let power: f64 = inside
                .zip(window.iter().skip(skipped))
                .map(|(sample, weight)| weight * f64::from(*sample).powi(2))
                .sum();
            10.0 * (power / WINDOW as f64).max(1e-12).log10()
        })
        .collect()
}

/// Return the peaks with a dip of at least `dip` between them and on both sides.
fn peaks(contour: &[f64], dip: f64) -> Vec<usize> {
    let mut found = Vec::new();
    let mut valley = f64::NEG_INFINITY;
    // The highest frame since the last dip that was deep enough.
    let mut highest: Option<usize> = None;
    for (index, &level) in contour.iter().enumerate() {
        match highest {
            None if level >= valley + dip => highest = Some(index),
            None => valley = valley.min(level),
            Some(peak) if level > contour[peak] => highest = Some(index),
            Some(peak) if level <= contour[peak] - dip => {
                found.push(peak);
                highest = None;
                valley = level;
            }
            Some(_) => {}
        }
    }
    found.extend(highest);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_deep_dips_separate_peaks() {
        let contour = [0.0, 5.0, 4.0, 6.0, 3.0, 8.0, 0.0, 1.0, 0.5, 9.0];
        assert_eq!(peaks(&contour, 2.0), [3, 5, 9]);
        assert_eq!(peaks(&[], 2.0), [] as [usize; 0]);
        assert_eq!(peaks(&[1.0; 5], 2.0), [0]);
    }

    #[test]
    fn voiced_bursts_are_counted() {
        let samples: Vec<f32> = (0..32_000)
            .map(|n| {
                let beat = (PI * n as f64 / 8_000.0).sin().powi(2);
                (beat * (n as f64 * 0.1).sin()) as f32
            })
            .collect();
        let frame = |voiced: bool| PitchFrame {
            f0: voiced.then_some(250.0),
            voiced_probability: 1.0,
        };
        let track = |voiced| vec![frame(voiced); 201];
        assert_eq!(nuclei(&samples, &track(true), 160), 4);
        assert_eq!(nuclei(&samples, &track(false), 160), 0);
    }
}
