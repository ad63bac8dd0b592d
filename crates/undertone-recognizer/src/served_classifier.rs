//! The trait `Recognizer`, implemented for a classifier.

use std::ops::ControlFlow;

use serde::Deserialize;
use undertone_answer::{Answers, Classes, Influence, ModelIdentity, Segmentation};
use undertone_app::{
    Evidence, LongRecognition, ModelDescription, Progress, Recognition, RecognizeError, Recognizer,
    Window,
};
use undertone_audio::{DecodeOptions, Recording, Source};
use undertone_models::{
    Classifier, ClassifyError, Prediction, SegmentedPrediction, SegmentsConfig, SegmentsError,
    Voice, VoiceError,
};

/// The model with the classes that answers speak of.
#[derive(Debug)]
pub struct ServedClassifier {
    classifier: Classifier,
    classes: Classes,
    description: ModelDescription,
}

impl ServedClassifier {
    /// Serve a classifier in these classes: its own, or the sums of a scheme. `voice` is the voice
    /// that every request starts from, `model` what answers call the model, and `card` its card as
    /// Markdown.
    pub fn new(
        classifier: Classifier,
        classes: Classes,
        voice: Option<Voice>,
        model: ModelIdentity,
        card: Option<String>,
    ) -> Self {
        let front_end = classifier.front_end();
        let sample_rate = front_end.config().sample_rate;
        let sure = classifier.config().and_then(|config| config.sure);
        // The limit is one of sums. Coarser classes that are no sums have none.
        let has_limit = classes.as_own().sentiments().is_some() || !classes.sum_up();
        let sure = sure.filter(|_| has_limit).map(|least| least as f32);
        Self {
            description: ModelDescription {
                answers: Answers::new(model, classes.as_own(), sure),
                window_seconds: front_end.window_samples() as f64 / f64::from(sample_rate),
                sample_rate,
                card,
                adapts: classifier.adapts(),
                voice: voice
                    .and_then(|voice| serde_json::to_value(voice).ok())
                    .map(undertone_app::Voice),
            },
            classifier,
            classes,
        }
    }

    fn recognition(&self, prediction: &Prediction, segmentation: Segmentation) -> Recognition {
        let windows = prediction.windows.iter().map(|window| Window {
            start: window.start,
            end: window.end,
            probabilities: self.classes.probabilities(&window.probabilities),
            speech: window.speech,
        });
        let outputs = || {
            prediction
                .windows
                .iter()
                .map(|it| &it.outputs[..])
                .collect()
        };
        let heard = prediction.evidence().map(|_| outputs());
        let probabilities = match segmentation {
            Segmentation::Windows => prediction.probabilities.clone(),
            // Utterances count by their lengths.
            _ => prediction.mean_by_seconds(),
        };
        Recognition {
            probabilities: self.classes.probabilities(&probabilities),
            windows: windows.collect(),
            segmentation,
            speech: prediction.has_speech(),
            unfamiliar: false,
            evidence: heard.map(|outputs: Vec<&[f32]>| Evidence(serde_json::json!(outputs))),
        }
    }

    /// Return the result for a recording in utterances. Silent ones are left out.
    fn of_utterances(&self, prediction: &SegmentedPrediction) -> Recognition {
        let utterances = prediction.segments.iter();
        let judged = utterances.filter_map(|it| Some((it, it.prediction.as_ref()?)));
        let windows = judged.flat_map(|(utterance, judged)| {
            // One is no longer than the model's window, so that it has one window.
            let whole = judged.windows.len() == 1;
            judged.windows.iter().map(move |window| match whole {
                true => (utterance.start, utterance.end, window.outputs.clone()),
                false => (window.start, window.end, window.outputs.clone()),
            })
        });
        let restored = self.classifier.restored(windows.collect());
        restored.map_or_else(nobody_speaks, |it| {
            self.recognition(&it, Segmentation::Utterances)
        })
    }

    /// Return the prediction of which [`Self::recognition`] made a result. `None` without speech.
    fn prediction(&self, recognition: &Recognition) -> Option<Prediction> {
        let Evidence(outputs) = recognition.evidence.as_ref()?;
        let outputs = Vec::<Vec<f32>>::deserialize(outputs).ok()?;
        let windows = recognition.windows.iter().zip(outputs);
        let windows = windows.map(|(window, outputs)| (window.start, window.end, outputs));
        self.classifier.restored(windows.collect())
    }
}

impl Recognizer for ServedClassifier {
    fn description(&self) -> ModelDescription {
        self.description.clone()
    }

    fn recognize(&self, recordings: &[Recording]) -> Vec<Result<Recognition, RecognizeError>> {
        let recognize = |classified: Result<Prediction, ClassifyError>| {
            let prediction = classified.map_err(recognize_error)?;
            Ok(self.recognition(&prediction, Segmentation::Windows))
        };
        let classified = self.classifier.classify_batch(recordings).into_iter();
        classified.map(recognize).collect()
    }

    fn recognize_long(
        &self,
        source: &Source,
        options: &DecodeOptions,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<LongRecognition, RecognizeError> {
        let config = SegmentsConfig {
            options: *options,
            ..SegmentsConfig::default()
        };
        let mut told = |it: undertone_models::Progress| {
            progress(Progress {
                seconds: it.seconds,
                total: it.total,
            })
        };
        let judged = self.classifier.classify_source(source, &config, &mut told);
        let prediction = judged.map_err(|error| match error {
            SegmentsError::Decode(error) => RecognizeError::Decode(error),
            SegmentsError::Stopped => RecognizeError::Stopped,
            SegmentsError::Classify { source, .. } => recognize_error(source),
            error => RecognizeError::Model(error.to_string()),
        })?;
        Ok(LongRecognition {
            recognition: self.of_utterances(&prediction),
            scan: prediction.scan,
        })
    }

    fn explain(&self, recording: &Recording) -> Result<Vec<Influence>, RecognizeError> {
        self.classifier.explain(recording).map_err(recognize_error)
    }

    fn hear(
        &self,
        voice: Option<undertone_app::Voice>,
        recognition: &Recognition,
    ) -> Option<undertone_app::Voice> {
        let mut voice = match voice {
            Some(voice) => Voice::deserialize(voice.0).ok()?,
            None => self.classifier.new_voice()?,
        };
        if let Some(prediction) = self.prediction(recognition) {
            self.classifier.hear(&mut voice, &prediction).ok()?;
        }
        Some(undertone_app::Voice(serde_json::to_value(voice).ok()?))
    }

    fn adapted(
        &self,
        recognition: &Recognition,
        voice: &undertone_app::Voice,
    ) -> Result<Recognition, RecognizeError> {
        let voice = Voice::deserialize(&voice.0).map_err(|_| unusable(VoiceError::Damaged))?;
        self.classifier.check_voice(&voice).map_err(unusable)?;
        let Some(prediction) = self.prediction(recognition) else {
            return Ok(recognition.clone());
        };
        let adapted = self.classifier.adapted(&prediction, &voice);
        Ok(self.recognition(&adapted.map_err(unusable)?, recognition.segmentation))
    }
}

fn nobody_speaks() -> Recognition {
    Recognition {
        probabilities: Vec::new(),
        windows: Vec::new(),
        segmentation: Segmentation::Utterances,
        speech: false,
        unfamiliar: false,
        evidence: None,
    }
}

fn unusable(error: VoiceError) -> RecognizeError {
    RecognizeError::Unusable(error.to_string())
}

fn recognize_error(error: ClassifyError) -> RecognizeError {
    match error {
        ClassifyError::FrontEnd(error) => RecognizeError::Unusable(error.to_string()),
        other => RecognizeError::Model(other.to_string()),
    }
}
