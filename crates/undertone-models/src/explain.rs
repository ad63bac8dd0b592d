//! Which parts of a recording move the answer.

use undertone_answer::Influence;
use undertone_audio::Recording;
use undertone_metrics::argmax;

use crate::classifier::Classifier;
use crate::engine::ClassifyError;
use crate::infer::{OVERLAP, mean};

/// The length of a part in seconds.
const PART: f64 = 0.5;
/// Probabilities nearer to 0 and 1 than this have the log-odds of this.
const LEAST: f64 = 1e-6;

impl Classifier {
    /// The longest recording that [`Classifier::explain`] takes, in seconds.
    pub const LONGEST_EXPLAINED: f64 = 30.0;

    /// Return what each half second of a recording does to the answer: its most probable class.
    ///
    /// Half a second after the other is replaced by silence in the trimmed recording, and what it
    /// touches passes through the network again (occlusion). A shorter rest at the end belongs to
    /// the last part. The windows that count stay the same: those with speech in the recording.
    ///
    /// # Errors
    /// If the front end rejects the recording, or it is longer than
    /// [`Classifier::LONGEST_EXPLAINED`].
    pub fn explain(&self, recording: &Recording) -> Result<Vec<Influence>, ClassifyError> {
        let seconds = recording.duration();
        if seconds > Self::LONGEST_EXPLAINED {
            return Err(ClassifyError::TooLongToExplain { seconds });
        }
        let engine = self.engine();
        let prediction = self.classify(recording)?;
        let class = argmax(&prediction.probabilities);
        let front_end = engine.front_end();
        let prepared = front_end.prepare(recording)?;
        let rate = f64::from(front_end.config().sample_rate);
        let windows = front_end.windows(prepared.samples.len(), OVERLAP);
        let parts = parts(prepared.samples.len(), (PART * rate) as usize);

        let (mut occluded, mut places) = (Vec::new(), Vec::new());
        for (part, range) in parts.iter().enumerate() {
            for (window, span) in windows.iter().enumerate() {
                let (from, to) = (range.start.max(span.start), range.end.min(span.end));
                if from < to {
                    let mut samples = prepared.samples[span.clone()].to_vec();
                    samples[from - span.start..to - span.start].fill(0.0);
                    occluded.push(samples);
                    places.push((part, window));
                }
            }
        }
        let mut scores = places.into_iter().zip(engine.scores(&occluded)).peekable();
        let any = prediction.has_speech();
        let mut influences = Vec::with_capacity(parts.len());
        for (part, range) in parts.into_iter().enumerate() {
            let mut rows: Vec<Vec<f32>> = prediction
                .windows
                .iter()
                .map(|it| it.probabilities.clone())
                .collect();
            while let Some(((_, window), scores)) = scores.next_if(|((of, _), _)| *of == part) {
                rows[window] = engine.outputs().row(&scores);
            }
            let counts = |window: usize| prediction.windows[window].speech || !any;
            let mut window = 0;
            rows.retain(|_| {
                window += 1;
                counts(window - 1)
            });
            let change = log_odds(mean(&rows)[class]) - log_odds(prediction.probabilities[class]);
            if !change.is_finite() {
                return Err(ClassifyError::NotFinite);
            }
            let seconds = |sample: usize| prepared.start + sample as f64 / rate;
            influences.push(Influence::new(
                seconds(range.start),
                seconds(range.end),
                change,
            ));
        }
        Ok(influences)
    }
}

/// Divide `len` samples into parts. A rest of less than half a part belongs to the last one.
fn parts(len: usize, part: usize) -> Vec<std::ops::Range<usize>> {
    let count = ((len + part / 2) / part).max(1);
    let end = |index: usize| {
        if index + 1 == count {
            len
        } else {
            (index + 1) * part
        }
    };
    (0..count).map(|index| index * part..end(index)).collect()
}

fn log_odds(probability: f32) -> f64 {
    let probability = f64::from(probability).clamp(LEAST, 1.0 - LEAST);
    (probability / (1.0 - probability)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_the_recording() {
        assert_eq!(parts(10, 8), vec![0..10]);
        assert_eq!(parts(3, 8), vec![0..3]);
        assert_eq!(parts(12, 8), vec![0..8, 8..12]);
        assert_eq!(parts(16, 8), vec![0..8, 8..16]);
    }
}
