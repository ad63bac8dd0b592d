//! From probabilities to answers.

use undertone_audio::Warning;
use undertone_corpus::LabelScheme;

use crate::answer::Answer;
use crate::by_name::ByName;
use crate::classes::Classes;
use crate::model_identity::ModelIdentity;
use crate::rounding::three_digits;
use crate::segment::{Part, Segment};

/// Turns probabilities of a model's classes into answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Answers {
    model: ModelIdentity,
    own: Classes,
    shown: Classes,
    sums: Option<Classes>,
    sure: Option<f32>,
}

/// What is known of a recording without a model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecordingFacts {
    /// Its length.
    pub seconds: f64,
    /// Its sample rate in Hz.
    pub sample_rate: u32,
    /// The number of its channels.
    pub channels: usize,
    /// All warnings about it ([`Warning::of_result`]).
    pub warnings: Vec<Warning>,
}

impl Answers {
    /// Answer with a model's own classes. From the probability `sure` on, of the most probable sum,
    /// or of the most probable class if there are no sums, an answer is sure. `None`: it never is.
    pub fn new(model: ModelIdentity, own: Classes, sure: Option<f32>) -> Self {
        Self {
            model,
            shown: own.clone(),
            sums: own.sentiments(),
            own,
            sure,
        }
    }

    /// Answer with the classes of a scheme. `None` if the model's classes cannot be summed to them.
    pub fn in_scheme(&self, scheme: &LabelScheme) -> Option<Self> {
        Some(Self {
            shown: self.own.in_scheme(scheme)?,
            ..self.clone()
        })
    }

    /// Return which model answers.
    pub fn model(&self) -> &ModelIdentity {
        &self.model
    }

    /// Return the model's own classes.
    pub fn own(&self) -> &Classes {
        &self.own
    }

    /// Return the names of the classes that are shown.
    pub fn labels(&self) -> &[String] {
        self.shown.labels()
    }

    /// Return the sums, if there are any.
    pub fn sums(&self) -> Option<&Classes> {
        self.sums.as_ref()
    }

    /// Return the names of the sums, if there are any beside the classes that are shown.
    pub fn sums_beside(&self) -> Option<&[String]> {
        let sums = self.sums.as_ref().map(|sums| &sums.labels()[..]);
        sums.filter(|sums| *sums != self.labels())
    }

    /// Return the probability from which an answer is sure; `None`: it never is.
    pub fn sure(&self) -> Option<f32> {
        self.sure
    }

    /// Return the answer for a recording from the probabilities of the model's own classes; `None`
    /// for a recording without speech.
    pub fn answer(&self, facts: RecordingFacts, own: Option<&[f32]>) -> Answer {
        let probabilities = own.map(|own| self.probabilities(own));
        let best = probabilities.as_ref().and_then(ByName::largest);
        Answer {
            path: None,
            label: best.map(|(label, _)| label.to_owned()),
            confidence: best.map(|(_, probability)| probability),
            sums: self
                .sums
                .as_ref()
                .map(|sums| own.map(|own| named(sums, own))),
            sure: own.is_some_and(|own| self.is_sure(own)),
            speech: own.is_some(),
            warnings: facts.warnings,
            seconds: three_digits(facts.seconds),
            sample_rate: facts.sample_rate,
            channels: facts.channels,
            adapted: None,
            segmentation: None,
            segments: None,
            summary: None,
            influences: None,
            model: self.model.clone(),
            probabilities,
        }
    }

    /// Return the answer for a part of a recording.
    pub fn segment(&self, part: Part<'_>) -> Segment {
        let probabilities = part.probabilities.map(|own| self.probabilities(own));
        let best = probabilities.as_ref().and_then(ByName::largest);
        Segment {
            start: three_digits(part.start),
            end: three_digits(part.end),
            label: best.map(|(label, _)| label.to_owned()),
            confidence: best.map(|(_, probability)| probability),
            sums: self
                .sums
                .as_ref()
                .and_then(|sums| Some(named(sums, part.probabilities?))),
            speech: part.probabilities.is_some(),
            channel: part.channel,
            speaker: part.speaker,
            text: part.text,
            probabilities,
        }
    }

    fn probabilities(&self, own: &[f32]) -> ByName {
        named(&self.shown, own)
    }

    fn is_sure(&self, own: &[f32]) -> bool {
        let sums = self.sums.as_ref().map(|sums| sums.probabilities(own));
        let values = sums.as_deref().unwrap_or(own);
        let highest = values.iter().copied().fold(0.0, f32::max);
        self.sure.is_some_and(|least| highest >= least)
    }
}

fn named(classes: &Classes, own: &[f32]) -> ByName {
    ByName::new(classes.labels(), classes.probabilities(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(labels: &[&str], sure: Option<f32>) -> Answers {
        let labels: Vec<String> = labels.iter().map(|it| (*it).to_owned()).collect();
        let model = ModelIdentity {
            name: "test".to_owned(),
            version: None,
        };
        Answers::new(model, Classes::new(labels, None), sure)
    }

    #[test]
    fn sure_is_said_of_the_sum() {
        let four = answers(&["angry", "happy", "neutral", "sad"], Some(0.8));
        let sure = |answers: &Answers, own: &[f32]| {
            answers.answer(RecordingFacts::default(), Some(own)).sure
        };
        assert!(sure(&four, &[0.45, 0.05, 0.05, 0.45]));
        assert!(!sure(&four, &[0.1, 0.7, 0.1, 0.1]));
        assert!(!sure(&four, &[0.375, 0.125, 0.125, 0.375]), "0.75");
        let labels = ["negative", "neutral", "positive"];
        assert!(sure(&answers(&labels, Some(0.8)), &[0.1, 0.1, 0.8]));
        assert!(!sure(&answers(&labels, None), &[0.0, 0.0, 1.0]));
    }

    #[test]
    fn without_speech_nothing_is_named() {
        let four = answers(&["angry", "happy", "neutral", "sad"], Some(0.0));
        let answer = four.answer(RecordingFacts::default(), None);
        assert_eq!((answer.label, answer.probabilities), (None, None));
        assert_eq!(answer.sums, Some(None));
        assert!(!answer.sure && !answer.speech);
    }

    #[test]
    fn a_scheme_changes_the_classes_and_not_the_sums() {
        let four = answers(&["angry", "happy", "neutral", "sad"], Some(0.8));
        let three = four.in_scheme(&LabelScheme::Sentiment3).unwrap();
        let own = [0.45, 0.05, 0.05, 0.45];
        let of = |answers: &Answers| answers.answer(RecordingFacts::default(), Some(&own));
        assert_eq!(of(&three).label.as_deref(), Some("negative"));
        assert_eq!(of(&three).sums, of(&four).sums);
        assert!(of(&three).sure);
        assert!(four.sums_beside().is_some() && three.sums_beside().is_none());
        assert!(four.in_scheme(&LabelScheme::Emotion7).is_none());
    }
}
