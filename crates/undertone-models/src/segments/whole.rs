//! Short recordings, judged as a whole.

use undertone_answer::RecordingFacts;
use undertone_audio::{Channels, DecodeError, DecodeOptions, Recording, Source, Warning};

use crate::classifier::{Classifier, Prediction};
use crate::engine::ClassifyError;

/// A recording, judged as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct WholeRecording {
    /// What the recording is, with all warnings about it.
    pub facts: RecordingFacts,
    /// `None` for a silent recording, which the model does not read.
    pub prediction: Option<Prediction>,
}

impl Classifier {
    /// The longest recording in seconds that programs judge as a whole, if not asked otherwise.
    pub const SHORT_SECONDS: f64 = Source::SHORT_SECONDS;

    /// Decode a recording that is short enough to be judged as a whole. `None` for a longer one,
    /// which [`Classifier::classify_source`] judges.
    ///
    /// # Errors
    /// If the recording cannot be decoded, or is longer than `options` allow.
    pub fn decode_if_short(
        source: &Source,
        options: &DecodeOptions,
    ) -> Result<Option<Recording>, DecodeError> {
        source.decode_if_short(Self::SHORT_SECONDS, Channels::Mix, options)
    }

    /// Judge a recording as a whole.
    ///
    /// # Errors
    /// See [`Classifier::classify`].
    pub fn classify_whole(&self, recording: &Recording) -> Result<WholeRecording, ClassifyError> {
        let of_samples = Warning::of(recording);
        let facts = |warnings| RecordingFacts {
            seconds: recording.duration(),
            sample_rate: recording.sample_rate,
            channels: recording.channels,
            warnings,
        };
        if of_samples.contains(&Warning::Silent) {
            return Ok(WholeRecording {
                facts: facts(of_samples),
                prediction: None,
            });
        }
        let prediction = self.classify(recording)?;
        Ok(WholeRecording {
            facts: facts(prediction.warnings(&of_samples)),
            prediction: Some(prediction),
        })
    }
}
