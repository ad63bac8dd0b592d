//! Voice activity: where in a recording somebody speaks.
//!
//! `earshot` scores frames of 16 ms. It was trained on speech of many languages in noise, and takes
//! a few thousandths of the time that the networks of this project take. `docs/audio.md` says how
//! well it hears.

mod config;
mod divider;
mod utterance;

use std::fmt;
use std::ops::Range;

use earshot::Detector;

pub use config::VoiceActivityConfig;
use divider::{Divider, Frame};
pub use utterance::Utterance;

/// Samples of a frame.
const FRAME: usize = 256;

/// Finds the utterances in a stream of samples. Each is delivered as soon as it has ended, and they
/// never overlap.
pub struct VoiceActivity {
    detector: Box<Detector>,
    divider: Divider,
    /// The beginning of the next frame.
    begun: Vec<f32>,
    /// Samples so far.
    samples: u64,
}

impl fmt::Debug for VoiceActivity {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "VoiceActivity({:?})", self.divider)
    }
}

impl VoiceActivity {
    /// The rate of the samples, in Hz.
    pub const SAMPLE_RATE: u32 = 16_000;

    /// Begin a recording.
    pub fn new(config: &VoiceActivityConfig) -> Self {
        let frames = f64::from(Self::SAMPLE_RATE) / FRAME as f64;
        Self {
            detector: Detector::default_boxed(),
            divider: Divider::new(config, frames),
            begun: Vec::with_capacity(FRAME),
            samples: 0,
        }
    }

    /// Add samples at 16 kHz, and append the utterances that end in them.
    pub fn push(&mut self, mut samples: &[f32], found: &mut Vec<Utterance>) {
        self.samples += samples.len() as u64;
        while !samples.is_empty() {
            let (taken, rest) = samples.split_at(samples.len().min(FRAME - self.begun.len()));
            self.begun.extend_from_slice(taken);
            samples = rest;
            if self.begun.len() == FRAME {
                let range = self.frame();
                found.extend(range.map(|range| self.utterance(range)));
            }
        }
    }

    /// Append the utterance that the end of the recording ends.
    pub fn finish(mut self, found: &mut Vec<Utterance>) {
        if !self.begun.is_empty() {
            self.begun.resize(FRAME, 0.0);
            let range = self.frame();
            found.extend(range.map(|range| self.utterance(range)));
        }
        let range = self.divider.finish();
        found.extend(range.map(|range| self.utterance(range)));
    }

    /// Score the frame that is complete.
    fn frame(&mut self) -> Option<Range<usize>> {
        let power = self.begun.iter().map(|it| it * it).sum::<f32>() / FRAME as f32;
        // Floating-point files may exceed full scale, and the detector does not expect that.
        self.begun
            .iter_mut()
            .for_each(|it| *it = it.clamp(-1.0, 1.0));
        let score = self.detector.predict_f32(&self.begun);
        self.begun.clear();
        self.divider.push(Frame { score, power })
    }

    fn utterance(&self, frames: Range<usize>) -> Utterance {
        let rate = f64::from(Self::SAMPLE_RATE);
        let end = ((frames.end * FRAME) as u64).min(self.samples);
        Utterance {
            start: (frames.start * FRAME) as f64 / rate,
            end: end as f64 / rate,
        }
    }
}
