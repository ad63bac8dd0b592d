//! A recording with the prediction for it.

use undertone_answer::{
    Adapted, Answer, Answers, Influence, Part, RecordingFacts, Segment, Segmentation,
};
use undertone_models::{Classifier, Prediction, SegmentedPrediction, Voice, VoiceError};

/// The facts of a recording, and its prediction.
pub(super) struct Classified {
    pub(super) facts: RecordingFacts,
    pub(super) judged: Judged,
    /// How much of the voice the prediction is adapted to, if that was asked for.
    pub(super) adapted: Option<Adapted>,
    /// The effect of each half second on the label, if that was asked for.
    pub(super) influences: Option<Vec<Influence>>,
}

/// How a recording was judged.
pub(super) enum Judged {
    /// It is silent, so the model does not read it.
    Silent,
    /// As a whole.
    Whole(Prediction),
    /// In segments.
    Segments(Segments),
}

/// A recording in segments, in order of their starts.
pub(super) struct Segments {
    pub(super) segmentation: Segmentation,
    pub(super) prediction: SegmentedPrediction,
    /// The facts of each segment beside its prediction.
    pub(super) notes: Vec<Note>,
}

/// The facts of a segment.
#[derive(Debug, Clone, Default)]
pub(super) struct Note {
    pub(super) channel: Option<usize>,
    pub(super) speaker: Option<String>,
    pub(super) text: Option<String>,
}

impl Segments {
    fn answer(&self, answers: &Answers) -> Vec<Segment> {
        let parts = self.prediction.parts().zip(&self.notes);
        let segment = |(part, note): (Part<'_>, &Note)| {
            answers.segment(Part {
                channel: note.channel,
                speaker: note.speaker.clone(),
                text: note.text.clone(),
                ..part
            })
        };
        parts.map(segment).collect()
    }
}

impl Classified {
    /// Return whether a label may be named: the model hears speech.
    pub(super) fn has_speech(&self) -> bool {
        match &self.judged {
            Judged::Silent => false,
            Judged::Whole(prediction) => prediction.has_speech(),
            Judged::Segments(segments) => segments.prediction.has_speech(),
        }
    }

    /// Add the recording to the profile of its voice.
    pub(super) fn hear(
        &self,
        classifier: &Classifier,
        voice: &mut Voice,
    ) -> Result<(), VoiceError> {
        match &self.judged {
            Judged::Silent => Ok(()),
            Judged::Whole(prediction) => classifier.hear(voice, prediction),
            Judged::Segments(segments) => classifier.hear_segments(voice, &segments.prediction),
        }
    }

    /// Take the recording out of a profile that heard it.
    pub(super) fn forget(
        &self,
        classifier: &Classifier,
        voice: &mut Voice,
    ) -> Result<(), VoiceError> {
        match &self.judged {
            Judged::Silent => Ok(()),
            Judged::Whole(prediction) => classifier.forget(voice, prediction),
            Judged::Segments(segments) => classifier.forget_segments(voice, &segments.prediction),
        }
    }

    /// Adapt the prediction to a voice.
    pub(super) fn adapt(
        &mut self,
        classifier: &Classifier,
        voice: &Voice,
    ) -> Result<(), VoiceError> {
        match &mut self.judged {
            Judged::Silent => {}
            Judged::Whole(prediction) => *prediction = classifier.adapted(prediction, voice)?,
            Judged::Segments(Segments { prediction, .. }) => {
                *prediction = classifier.adapted_segments(prediction, voice)?;
            }
        }
        self.adapted = Some(Adapted::new(voice.recordings().into(), voice.seconds()));
        Ok(())
    }

    /// Return the answer. Segments are part of it, and windows if they are asked for.
    pub(super) fn answer(self, answers: &Answers, windows: bool) -> Answer {
        let mut answer = match &self.judged {
            Judged::Silent => answers.answer(self.facts, None),
            Judged::Whole(prediction) => prediction.answer(answers, self.facts),
            Judged::Segments(Segments { prediction, .. }) => {
                let own = prediction
                    .has_speech()
                    .then_some(&prediction.probabilities[..]);
                answers.answer(self.facts, own)
            }
        };
        answer.adapted = self.adapted;
        answer.influences = self.influences;
        match &self.judged {
            Judged::Segments(segments) => {
                answer.add_segments(segments.segmentation, segments.answer(answers));
            }
            Judged::Whole(prediction) if windows => {
                answer.add_segments(Segmentation::Windows, prediction.segments(answers));
            }
            Judged::Silent if windows => answer.add_segments(Segmentation::Windows, Vec::new()),
            _ => {}
        }
        answer
    }
}
