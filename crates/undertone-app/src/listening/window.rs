//! The last seconds of a live connection's audio.

use std::collections::VecDeque;

use undertone_audio::Recording;

use crate::problem::{Kind, Problem};

/// Results per second of audio.
const RESULTS_PER_SECOND: u64 = 5;
/// The shortest window for the model, in seconds.
const MIN_SECONDS: f64 = 0.5;

/// The window, which moves along as samples arrive.
pub(crate) struct LiveWindow {
    samples: VecDeque<f32>,
    sample_rate: u32,
    max_samples: usize,
    /// Samples received so far.
    received: u64,
    /// Samples received when the last window was taken.
    taken: u64,
}

/// A window for the model.
pub(crate) struct DueWindow {
    pub(crate) recording: Recording,
    /// Samples received when the window was taken.
    pub(crate) received: u64,
    /// Level of the samples since the last window, in decibels below full scale.
    pub(crate) level_db: f64,
}

impl LiveWindow {
    pub(crate) fn new(sample_rate: u32, seconds: f64) -> Self {
        Self {
            samples: VecDeque::new(),
            sample_rate,
            max_samples: (seconds * f64::from(sample_rate)) as usize,
            received: 0,
            taken: 0,
        }
    }

    /// Append 16-bit little-endian samples. Samples older than the window are dropped.
    pub(crate) fn push(&mut self, pcm: &[u8]) -> Result<(), Problem> {
        let (samples, rest) = pcm.as_chunks::<2>();
        if !rest.is_empty() {
            let detail = "a message must hold whole 16-bit samples";
            return Err(Problem::new(Kind::BadRequest, detail));
        }
        self.received += samples.len() as u64;
        let newest = &samples[samples.len().saturating_sub(self.max_samples)..];
        let excess = (self.samples.len() + newest.len()).saturating_sub(self.max_samples);
        self.samples.drain(..excess);
        let full_scale = |sample: &[u8; 2]| f32::from(i16::from_le_bytes(*sample)) / 32_768.0;
        self.samples.extend(newest.iter().map(full_scale));
        Ok(())
    }

    /// Return the window if a fifth of a second has arrived since it was taken last.
    pub(crate) fn take_due(&mut self) -> Option<DueWindow> {
        let rate = u64::from(self.sample_rate);
        let new = self.received - self.taken;
        let enough = self.samples.len() as f64 >= MIN_SECONDS * f64::from(self.sample_rate);
        if !enough || new < rate / RESULTS_PER_SECOND {
            return None;
        }
        self.taken = self.received;
        let samples: Vec<f32> = self.samples.iter().copied().collect();
        let new = usize::try_from(new)
            .unwrap_or(usize::MAX)
            .min(samples.len());
        Some(DueWindow {
            level_db: level_db(&samples[samples.len() - new..]),
            recording: Recording::mono(samples, self.sample_rate),
            received: self.received,
        })
    }
}

/// Return the root mean square in decibels below full scale; -100 for silence.
fn level_db(samples: &[f32]) -> f64 {
    let sum: f64 = samples.iter().map(|it| f64::from(it * it)).sum();
    10.0 * (sum / samples.len().max(1) as f64).max(1e-10).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pcm(count: usize, value: i16) -> Vec<u8> {
        std::iter::repeat_n(value.to_le_bytes(), count)
            .flatten()
            .collect()
    }

    #[test]
    fn the_window_moves_along() {
        let mut window = LiveWindow::new(8000, 2.0);
        window.push(&pcm(3999, 100)).unwrap();
        assert!(window.take_due().is_none(), "half a second is needed");
        window.push(&pcm(1, 100)).unwrap();
        assert_eq!(window.take_due().unwrap().recording.samples.len(), 4000);
        window.push(&pcm(1599, 100)).unwrap();
        assert!(window.take_due().is_none(), "a fifth of a second is needed");
        window.push(&pcm(100_000, 16_384)).unwrap();
        let due = window.take_due().unwrap();
        assert_eq!(due.recording.samples, vec![0.5; 16_000]);
        assert_eq!(due.received, 105_599);
        assert!((due.level_db + 6.02).abs() < 0.01, "{}", due.level_db);
    }

    #[test]
    fn half_samples_are_refused() {
        let problem = LiveWindow::new(8000, 2.0).push(&[1, 2, 3]).unwrap_err();
        assert_eq!(problem.kind, Kind::BadRequest);
    }
}
