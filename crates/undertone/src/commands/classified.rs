//! A recording with the prediction for it.

use undertone_answer::{Adapted, Answer, Answers, RecordingFacts, Segmentation};
use undertone_audio::{DecodeOptions, Warning};
use undertone_models::{Classifier, Prediction};

use crate::inputs::Input;

/// What is known of a recording, and its prediction.
pub(super) struct Classified {
    pub(super) facts: RecordingFacts,
    /// `None` for a silent recording, which the model does not read.
    pub(super) prediction: Option<Prediction>,
    /// How much of the voice the prediction is adapted to, if that was asked for.
    pub(super) adapted: Option<Adapted>,
}

impl Classified {
    /// Return the prediction if a label may be named: the model hears speech.
    pub(super) fn speech(&self) -> Option<&Prediction> {
        self.prediction.as_ref().filter(|it| it.has_speech())
    }

    /// Return the answer, with the windows as segments if they are asked for.
    pub(super) fn answer(self, answers: &Answers, windows: bool) -> Answer {
        let mut answer = match &self.prediction {
            Some(prediction) => prediction.answer(answers, self.facts),
            None => answers.answer(self.facts, None),
        };
        answer.adapted = self.adapted;
        if windows {
            let segments = self.prediction.map(|it| it.segments(answers));
            answer.add_segments(Segmentation::Windows, segments.unwrap_or_default());
        }
        answer
    }
}

/// Classify a recording, or return what is wrong with it.
pub(super) fn classify(
    classifier: &Classifier,
    input: &Input,
    options: &DecodeOptions,
) -> Result<Classified, String> {
    let recording = input.decode(options)?;
    let of_samples = Warning::of(&recording);
    let prediction = match of_samples.contains(&Warning::Silent) {
        true => None,
        false => Some(classifier.classify(&recording)),
    };
    let prediction = prediction.transpose().map_err(|error| error.to_string())?;
    let warnings = prediction.as_ref().map(|it| it.warnings(&of_samples));
    Ok(Classified {
        facts: RecordingFacts {
            seconds: recording.duration(),
            sample_rate: recording.sample_rate,
            channels: recording.channels,
            warnings: warnings.unwrap_or(of_samples),
        },
        prediction,
        adapted: None,
    })
}
