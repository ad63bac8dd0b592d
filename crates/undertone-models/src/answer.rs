//! Predictions as answers.

use std::sync::Arc;

use undertone_answer::{
    Answer, Answers, ByName, Classes, ModelIdentity, NumbersAnswer, NumbersSegment, Part,
    RecordingFacts, Segment, Segmentation, three_digits,
};
use undertone_audio::Warning;

use crate::classifier::{Classifier, Prediction, WindowPrediction};
use crate::regressor::{Estimate, Regressor, WindowEstimate};
use crate::segments::SegmentedPrediction;

impl Classifier {
    /// Return what turns predictions into answers in the classes of the model.
    pub fn answers(&self) -> Answers {
        self.answers_of(self.identity())
    }

    /// Do the same under another name and version, such as those of the Hub.
    pub fn answers_of(&self, model: ModelIdentity) -> Answers {
        let config = self.config();
        let scheme = config.map(|config| config.label_scheme.clone());
        let sure = config.and_then(|config| config.sure);
        let classes = Classes::new(self.labels(), scheme);
        Answers::new(model, classes, sure.map(|least| least as f32))
    }
}

impl Prediction {
    /// Return the prediction as an answer. `facts` hold all warnings about the recording.
    ///
    /// ```no_run
    /// # use undertone_answer::RecordingFacts;
    /// # use undertone_audio::{Recording, Warning};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let classifier = undertone_models::Classifier::load("models/undertone-open")?;
    /// let recording = Recording::mono(vec![0.1; 16_000], 16_000);
    /// let prediction = classifier.classify(&recording)?;
    /// let facts = RecordingFacts {
    ///     seconds: recording.duration(),
    ///     sample_rate: recording.sample_rate,
    ///     channels: recording.channels,
    ///     warnings: prediction.warnings(&Warning::of(&recording)),
    /// };
    /// let answer = prediction.answer(&classifier.answers(), facts);
    /// println!("{}", serde_json::to_string(&answer)?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn answer(&self, answers: &Answers, facts: RecordingFacts) -> Answer {
        let own = self.has_speech().then_some(&self.probabilities[..]);
        answers.answer(facts, own)
    }

    /// Return all warnings about the recording, of which `of_samples` are those of its samples
    /// ([`Warning::of`]).
    pub fn warnings(&self, of_samples: &[Warning]) -> Vec<Warning> {
        let speech = self.windows.iter().filter(|window| window.speech);
        let speech = speech.map(|window| (window.start, window.end));
        Warning::of_result(of_samples, speech, false)
    }

    /// Return the windows as segments of an answer
    /// ([`Segmentation::Windows`](undertone_answer::Segmentation::Windows)).
    pub fn segments(&self, answers: &Answers) -> Vec<Segment> {
        let segment = |window: &WindowPrediction| {
            answers.segment(Part {
                start: window.start,
                end: window.end,
                probabilities: window.speech.then_some(&window.probabilities[..]),
                ..Part::default()
            })
        };
        self.windows.iter().map(segment).collect()
    }
}

impl SegmentedPrediction {
    /// Return the prediction as an answer with its segments.
    pub fn answer(&self, answers: &Answers, segmentation: Segmentation) -> Answer {
        let own = self.has_speech().then_some(&self.probabilities[..]);
        let mut answer = answers.answer(self.facts(), own);
        let segments = self.parts().map(|part| answers.segment(part));
        answer.add_segments(segmentation, segments.collect());
        answer
    }

    /// Return what is known of the recording.
    pub fn facts(&self) -> RecordingFacts {
        RecordingFacts {
            seconds: self.scan.seconds(),
            sample_rate: self.scan.sample_rate,
            channels: self.scan.channels,
            warnings: self.warnings(),
        }
    }

    /// Return the segments as parts that [`Answers::segment`] takes, without a channel, a speaker
    /// and a text.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        self.segments.iter().map(|segment| Part {
            start: segment.start,
            end: segment.end,
            probabilities: segment.speech().map(|it| &it.probabilities[..]),
            ..Part::default()
        })
    }
}

impl Regressor {
    /// Return an estimate as an answer, or none for a silent recording. `facts` hold all warnings
    /// about the recording, and `windows` is whether the windows are its segments.
    pub fn answer(
        &self,
        model: ModelIdentity,
        facts: RecordingFacts,
        estimate: Option<&Estimate>,
        windows: bool,
    ) -> NumbersAnswer {
        let names: Arc<[String]> = self.dimensions().iter().map(|it| it.name.clone()).collect();
        let named = |values: &[f32]| ByName::new(&names, values.to_vec());
        let segment = |window: &WindowEstimate| NumbersSegment {
            start: three_digits(window.start),
            end: three_digits(window.end),
            values: named(&window.values),
        };
        let segments = estimate.map_or(&[][..], |it| &it.windows).iter();
        NumbersAnswer {
            path: None,
            values: estimate.map(|it| named(&it.values)),
            warnings: facts.warnings,
            seconds: three_digits(facts.seconds),
            sample_rate: facts.sample_rate,
            channels: facts.channels,
            segmentation: windows.then_some(Segmentation::Windows),
            segments: windows.then(|| segments.map(segment).collect()),
            model,
        }
    }
}
