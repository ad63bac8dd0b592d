//! The prediction for a recording in segments.

use std::sync::Arc;

use undertone_audio::{Scan, Warning};
use undertone_metrics::argmax;

use crate::adaptation::Evidence;
use crate::classifier::Prediction;

/// The prediction for a recording in segments.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentedPrediction {
    pub(super) labels: Arc<[String]>,
    /// What the recording is.
    pub scan: Scan,
    /// The segments: utterances and fixed ones in order of time, given ones in their order.
    pub segments: Vec<SegmentPrediction>,
    /// Probability of each class in the order of the labels: the mean over the segments with
    /// speech, weighted by their seconds. Without such segments all are 0.
    pub probabilities: Vec<f32>,
    /// The evidence of all segments about the voice.
    pub(super) evidence: Option<Evidence>,
}

/// The prediction for a segment of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentPrediction {
    /// Its start in the recording, in seconds.
    pub start: f64,
    /// Its end in seconds.
    pub end: f64,
    /// The prediction, as if the segment were a recording of its own, except that the times of its
    /// windows count from the start of the whole recording. `None` for a silent segment.
    pub prediction: Option<Prediction>,
}

impl SegmentPrediction {
    /// Return the prediction if the segment holds speech.
    pub fn speech(&self) -> Option<&Prediction> {
        self.prediction.as_ref().filter(|it| it.has_speech())
    }

    /// Return its length in seconds.
    pub fn seconds(&self) -> f64 {
        self.end - self.start
    }
}

impl SegmentedPrediction {
    /// Return the label of the most probable class.
    pub fn label(&self) -> &str {
        &self.labels[argmax(&self.probabilities)]
    }

    /// Return the probability of the most probable class, 0 to 1.
    pub fn confidence(&self) -> f32 {
        self.probabilities[argmax(&self.probabilities)]
    }

    /// Return all labels, in the order of the probabilities.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Return whether a segment holds speech. If none does, the label says nothing.
    pub fn has_speech(&self) -> bool {
        self.segments.iter().any(|it| it.speech().is_some())
    }

    /// Return the seconds of all segments with speech.
    pub fn speech_seconds(&self) -> f64 {
        let speech = self.segments.iter().filter(|it| it.speech().is_some());
        speech.map(SegmentPrediction::seconds).sum()
    }

    /// Return what the recording tells about its voice.
    pub fn evidence(&self) -> Option<&Evidence> {
        self.evidence.as_ref()
    }

    /// Return all warnings about the recording.
    pub fn warnings(&self) -> Vec<Warning> {
        let speech = self.segments.iter().filter(|it| it.speech().is_some());
        let spans = speech.map(|it| (it.start, it.end));
        Warning::of_result(&self.scan.warnings, spans, false)
    }
}

impl Prediction {
    /// Return the mean probabilities over the windows with speech, weighted by their seconds. It is
    /// the result where each window is an utterance. Without speech all are 0.
    pub fn mean_by_seconds(&self) -> Vec<f32> {
        let speech = self.windows.iter().filter(|window| window.speech);
        let parts = speech.map(|it| (it.end - it.start, &it.probabilities[..]));
        weighted(parts, self.probabilities.len())
    }
}

/// Return the mean over the segments with speech, weighted by their seconds.
pub(super) fn overall(segments: &[SegmentPrediction], classes: usize) -> Vec<f32> {
    let speech = segments.iter().filter_map(|segment| {
        let prediction = segment.speech()?;
        Some((segment.seconds(), &prediction.probabilities[..]))
    });
    weighted(speech, classes)
}

/// Return the mean of rows of probabilities, weighted by the seconds beside them.
fn weighted<'a>(parts: impl Iterator<Item = (f64, &'a [f32])>, classes: usize) -> Vec<f32> {
    let (mut sums, mut all_seconds) = (vec![0.0; classes], 0.0);
    for (seconds, probabilities) in parts {
        all_seconds += seconds;
        for (sum, probability) in sums.iter_mut().zip(probabilities) {
            *sum += seconds * f64::from(*probability);
        }
    }
    let mean = |sum: f64| {
        if all_seconds > 0.0 {
            sum / all_seconds
        } else {
            0.0
        }
    };
    sums.into_iter().map(|sum| mean(sum) as f32).collect()
}
