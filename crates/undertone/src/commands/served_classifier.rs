//! A classifier as the server uses it.

use serde::Deserialize;
use undertone_answer::{Answers, Classes, ModelIdentity};
use undertone_app::{Evidence, ModelDescription, Recognition, RecognizeError, Recognizer, Window};
use undertone_audio::Recording;
use undertone_models::{Classifier, ClassifyError, Prediction, Voice, VoiceError};

/// The model with the classes that answers speak of.
pub(super) struct ServedClassifier {
    classifier: Classifier,
    classes: Classes,
    description: ModelDescription,
}

impl ServedClassifier {
    pub(super) fn new(
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

    fn recognition(&self, prediction: &Prediction) -> Recognition {
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
        Recognition {
            probabilities: self.classes.probabilities(&prediction.probabilities),
            windows: windows.collect(),
            speech: prediction.has_speech(),
            unfamiliar: false,
            evidence: heard.map(|outputs: Vec<&[f32]>| Evidence(serde_json::json!(outputs))),
        }
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
            Ok(self.recognition(&prediction))
        };
        let classified = self.classifier.classify_batch(recordings).into_iter();
        classified.map(recognize).collect()
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
        Ok(self.recognition(&adapted.map_err(unusable)?))
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
