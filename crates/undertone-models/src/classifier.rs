//! The classifier: from a recording to the probabilities of the classes.

use std::path::Path;
use std::sync::Arc;

use burn::tensor::Device;
use undertone_answer::ModelIdentity;
use undertone_audio::{FrontEnd, Recording};
use undertone_metrics::argmax;

use crate::adaptation::{AdaptationConfig, Evidence, Voice, VoiceError};
use crate::engine::{ClassifyError, Engine, Windows};
use crate::infer::{has_speech, mean};
use crate::model::{FilesInMemory, ForeignOutputs, Model, ModelConfig, ModelError, load_foreign};
use crate::network::Network;
use crate::outputs::Outputs;
use crate::precision::{Precision, PrecisionError};
use crate::version::Origin;

/// A trained model, ready to classify recordings. Threads can share it by reference.
#[derive(Debug)]
pub struct Classifier {
    config: Option<ModelConfig>,
    labels: Arc<[String]>,
    engine: Engine,
    origin: Origin,
}

/// The prediction for a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    labels: Arc<[String]>,
    /// Probability of each class in the order of the labels: the mean over the windows with speech,
    /// or over all if none has any. Sums to 1.
    pub probabilities: Vec<f32>,
    /// The windows of the recording, in order of time. There is one unless the recording is longer.
    pub windows: Vec<WindowPrediction>,
    /// What the recording tells about its voice.
    evidence: Option<Evidence>,
}

/// The prediction for one window of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowPrediction {
    /// The start of the window in the recording, in seconds.
    pub start: f64,
    /// Its end in seconds, at most the end of the trimmed recording.
    pub end: f64,
    /// Probability of each class. Sums to 1.
    pub probabilities: Vec<f32>,
    /// Whether the window holds speech. Always true if the model has no detector of speech.
    pub speech: bool,
    /// The network's outputs, from which [`Classifier::restored`] makes the prediction again.
    pub outputs: Vec<f32>,
}

impl Prediction {
    /// Return the label of the most probable class.
    pub fn label(&self) -> &str {
        &self.labels[argmax(&self.probabilities)]
    }

    /// Return the probability of the most probable class, 0 to 1.
    pub fn confidence(&self) -> f32 {
        self.probabilities[argmax(&self.probabilities)]
    }

    /// Return whether a window holds speech. If none does, the label says nothing.
    pub fn has_speech(&self) -> bool {
        self.windows.iter().any(|window| window.speech)
    }

    /// Return what the recording tells about its voice. `None` if the model does not adapt, or no
    /// window holds speech.
    pub fn evidence(&self) -> Option<&Evidence> {
        self.evidence.as_ref()
    }

    /// Return all labels, in the order of the probabilities.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }
}

impl WindowPrediction {
    /// Return the index of the most probable class; of equal ones, the first.
    pub fn class(&self) -> usize {
        argmax(&self.probabilities)
    }
}

impl Classifier {
    /// Load a model folder onto the CPU.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn load(folder: impl AsRef<Path>) -> Result<Self, ModelError> {
        Self::load_on(folder, &Device::flex())
    }

    /// Load a model folder onto a device. It may also be a folder of a model for audio
    /// classification that others trained, in the layout of `transformers` (wav2vec 2.0, HuBERT,
    /// WavLM, data2vec, Whisper).
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn load_on(folder: impl AsRef<Path>, device: &Device) -> Result<Self, ModelError> {
        let folder = folder.as_ref();
        match Model::load_for_inference(folder, device) {
            Ok((model, front_end)) => {
                let origin = Origin::Folder(folder.to_owned());
                Self::with_front_end(model, front_end, origin, device)
            }
            Err(ModelError::Foreign(_)) => Self::load_foreign(folder, device),
            Err(error) => Err(error),
        }
    }

    fn load_foreign(folder: &Path, device: &Device) -> Result<Self, ModelError> {
        let foreign = load_foreign(folder, device)?;
        let labels = match foreign.outputs {
            ForeignOutputs::Labels(labels) => labels,
            ForeignOutputs::Dimensions(dimensions) => {
                return Err(ModelError::NoClasses {
                    path: folder.to_owned(),
                    dimensions: dimensions.into_iter().map(|it| it.name).collect(),
                });
            }
        };
        let front_end =
            FrontEnd::new(foreign.front_end).map_err(|source| ModelError::FrontEnd {
                path: folder.to_owned(),
                source,
            })?;
        let outputs = Outputs::Classes((0..labels.len()).collect());
        let network = Network::Pretrained(foreign.network);
        Ok(Self {
            config: None,
            labels: labels.into(),
            engine: Engine::new(network, front_end, None, outputs, device),
            origin: Origin::Folder(folder.to_owned()),
        })
    }

    /// Load the model that is part of this build onto the CPU. Needs no files.
    ///
    /// # Errors
    /// If that model does not load, which the tests rule out.
    #[cfg(feature = "embedded")]
    pub fn embedded() -> Result<Self, ModelError> {
        Self::embedded_on(&Device::flex())
    }

    /// Load the model that is part of this build onto a device.
    ///
    /// # Errors
    /// As [`Classifier::embedded`].
    #[cfg(feature = "embedded")]
    pub fn embedded_on(device: &Device) -> Result<Self, ModelError> {
        use crate::model::{EMBEDDED_FILES, EMBEDDED_ORIGIN};
        Self::from_files(EMBEDDED_ORIGIN, EMBEDDED_FILES, device)
    }

    /// Load a model of Undertone whose files are in memory, where there may be no file system.
    /// `origin` is the folder in error messages.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn from_files(
        origin: impl AsRef<Path>,
        files: FilesInMemory,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let (model, front_end) = Model::in_memory_for_inference(origin.as_ref(), files, device)?;
        Self::with_front_end(model, front_end, Origin::Files(files), device)
    }

    /// Create a classifier with the network and the front end of a model.
    ///
    /// # Errors
    /// If the parameters of the front end are invalid.
    pub fn new(model: Model, device: &Device) -> Result<Self, ModelError> {
        let config = &model.config;
        let front_end =
            FrontEnd::new(config.front_end.clone()).map_err(|source| ModelError::FrontEnd {
                path: config.name.clone().into(),
                source,
            })?;
        Self::with_front_end(model, front_end, Origin::Memory, device)
    }

    fn with_front_end(
        model: Model,
        front_end: FrontEnd,
        origin: Origin,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let config = model.config;
        config.needs_classes()?;
        let outputs = config.outputs()?;
        Ok(Self {
            labels: config.labels.clone().into(),
            config: Some(config),
            engine: Engine::new(model.network, front_end, model.statistics, outputs, device),
            origin,
        })
    }

    /// Compute with this precision. 8-bit integers are faster, and their results differ a little.
    ///
    /// # Errors
    /// If the model has no form of 8-bit integers: see
    /// [`Encoder::in_int8`](crate::Encoder::in_int8).
    pub fn with_precision(mut self, precision: Precision) -> Result<Self, PrecisionError> {
        self.engine = self.engine.with_precision(precision)?;
        Ok(self)
    }

    /// Return the model's name, or that of its folder if Undertone did not train it, and its
    /// version. This reads the files of a model that does not adapt to voices.
    pub fn identity(&self) -> ModelIdentity {
        let name = match (&self.config, &self.origin) {
            (Some(config), _) => config.name.clone(),
            (None, origin) => origin.name(),
        };
        ModelIdentity {
            name,
            version: self.origin.version(self.adaptation()),
        }
    }

    /// Return the configuration of the model; `None` if Undertone did not train it.
    pub fn config(&self) -> Option<&ModelConfig> {
        self.config.as_ref()
    }

    /// Return the names of the classes, in the order of their probabilities.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Return the front end, which turns recordings into features.
    pub fn front_end(&self) -> &FrontEnd {
        self.engine.front_end()
    }

    /// Predict the class of one recording of any length and rate.
    ///
    /// Silence at both ends is trimmed if the model was trained that way. A recording longer than
    /// the window of the model is read in windows that overlap by half, and their probabilities are
    /// averaged.
    ///
    /// # Errors
    /// If the front end rejects the recording.
    pub fn classify(&self, recording: &Recording) -> Result<Prediction, ClassifyError> {
        Ok(self.prediction(self.engine.predict(recording)?))
    }

    /// Predict the classes of many recordings, whose windows share batches. An error in one
    /// recording does not affect the others.
    pub fn classify_batch(
        &self,
        recordings: &[Recording],
    ) -> Vec<Result<Prediction, ClassifyError>> {
        self.classify_together(&recordings.iter().collect::<Vec<_>>())
    }

    pub(crate) fn classify_together(
        &self,
        recordings: &[&Recording],
    ) -> Vec<Result<Prediction, ClassifyError>> {
        let windows = self.engine.predict_batch(recordings).into_iter();
        windows
            .map(|windows| Ok(self.prediction(windows?)))
            .collect()
    }

    /// Return the prediction for a recording that has these windows. `None` without windows.
    pub(crate) fn assembled(&self, windows: Vec<WindowPrediction>) -> Option<Prediction> {
        (!windows.is_empty()).then(|| Prediction {
            labels: Arc::clone(&self.labels),
            probabilities: over_speech(&windows),
            evidence: self.evidence_of(windows.iter()),
            windows,
        })
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn shared_labels(&self) -> Arc<[String]> {
        Arc::clone(&self.labels)
    }

    /// Compute the embedding of a recording: the vector that the last linear layers of the network
    /// read, the mean over the windows. Other models can be trained on it.
    ///
    /// # Errors
    /// If the front end rejects the recording.
    pub fn embed(&self, recording: &Recording) -> Result<Vec<f32>, ClassifyError> {
        self.engine.embed(recording)
    }

    /// Return whether the model adapts to a voice.
    pub fn adapts(&self) -> bool {
        self.adaptation().is_some()
    }

    /// Return a prediction from the network's outputs for its windows, each with its start and end
    /// in seconds, in order of time. So a prediction can be kept without its recording. `None` if
    /// there is no window, or a row is not one of this network's.
    pub fn restored(&self, windows: Vec<(f64, f64, Vec<f32>)>) -> Option<Prediction> {
        let width = match &self.config {
            Some(config) => config.output_count(),
            None => self.engine.outputs().count(),
        };
        let fits = |row: &Vec<f32>| row.len() == width && row.iter().all(|it| it.is_finite());
        if windows.is_empty() || !windows.iter().all(|(_, _, row)| fits(row)) {
            return None;
        }
        let (spans, scores): (Vec<_>, Vec<_>) = windows
            .into_iter()
            .map(|(start, end, row)| ((start, end), row))
            .unzip();
        let outputs = self.engine.outputs();
        Some(self.prediction(Windows {
            spans,
            rows: scores.iter().map(|row| outputs.row(row)).collect(),
            scores,
        }))
    }

    /// Start a profile of a voice. `None` if the model does not adapt.
    pub fn new_voice(&self) -> Option<Voice> {
        Some(self.adaptation()?.new_voice(self.name()))
    }

    /// Check that the model can use a profile.
    ///
    /// # Errors
    /// If it cannot.
    pub fn check_voice(&self, voice: &Voice) -> Result<(), VoiceError> {
        self.adaptation_for(voice).map(|_| ())
    }

    /// Add a recording to the profile of its voice. A recording without speech adds nothing.
    ///
    /// # Errors
    /// If the model cannot use the profile.
    pub fn hear(&self, voice: &mut Voice, prediction: &Prediction) -> Result<(), VoiceError> {
        self.hear_evidence(voice, prediction.evidence())
    }

    pub(crate) fn hear_evidence(
        &self,
        voice: &mut Voice,
        evidence: Option<&Evidence>,
    ) -> Result<(), VoiceError> {
        let config = self.adaptation_for(voice)?;
        if let Some(evidence) = evidence {
            config.hear(voice, evidence);
        }
        Ok(())
    }

    /// Return what the windows with speech tell about a voice, as one recording.
    pub(crate) fn evidence_of<'a>(
        &self,
        windows: impl Iterator<Item = &'a WindowPrediction> + Clone,
    ) -> Option<Evidence> {
        let config = self.adaptation()?;
        let heard = windows.filter(|window| window.speech);
        let outputs = heard.clone().map(|window| &window.outputs[..]);
        config.evidence_of(outputs, covered(heard))
    }

    /// Take a recording out of a profile that heard it, to judge it by the others.
    ///
    /// # Errors
    /// If the model cannot use the profile.
    pub fn forget(&self, voice: &mut Voice, prediction: &Prediction) -> Result<(), VoiceError> {
        self.forget_evidence(voice, prediction.evidence())
    }

    pub(crate) fn forget_evidence(
        &self,
        voice: &mut Voice,
        evidence: Option<&Evidence>,
    ) -> Result<(), VoiceError> {
        let config = self.adaptation_for(voice)?;
        if let Some(evidence) = evidence {
            config.forget(voice, evidence);
        }
        Ok(())
    }

    /// Return the prediction for a recording of a voice that was heard before. It needs no pass
    /// through the network, and with an empty profile it changes nothing. The profile should not
    /// hold the recording itself.
    ///
    /// # Errors
    /// If the model cannot use the profile.
    pub fn adapted(
        &self,
        prediction: &Prediction,
        voice: &Voice,
    ) -> Result<Prediction, VoiceError> {
        let config = self.adaptation_for(voice)?;
        if voice.recordings() == 0 {
            return Ok(prediction.clone());
        }
        let mut adapted = prediction.clone();
        for window in &mut adapted.windows {
            window.probabilities = config.row(self.engine.outputs(), &window.outputs, voice);
        }
        adapted.probabilities = over_speech(&adapted.windows);
        Ok(adapted)
    }

    fn adaptation(&self) -> Option<&AdaptationConfig> {
        self.config.as_ref()?.adaptation.as_ref()
    }

    fn adaptation_for(&self, voice: &Voice) -> Result<&AdaptationConfig, VoiceError> {
        let name = self.name();
        let config = self.adaptation();
        let config = config.ok_or_else(|| VoiceError::DoesNotAdapt(name.to_owned()))?;
        config.check(voice, name)?;
        Ok(config)
    }

    fn name(&self) -> &str {
        self.config.as_ref().map_or("", |config| &config.name)
    }

    fn prediction(&self, windows: Windows) -> Prediction {
        let Windows {
            spans,
            rows,
            scores,
        } = windows;
        let detects = self.config.as_ref().is_some_and(|it| it.detects_speech);
        let windows: Vec<WindowPrediction> = spans
            .into_iter()
            .zip(rows)
            .zip(scores)
            .map(|(((start, end), probabilities), scores)| WindowPrediction {
                start,
                end,
                probabilities,
                speech: has_speech(detects, &scores),
                outputs: scores,
            })
            .collect();
        Prediction {
            labels: Arc::clone(&self.labels),
            probabilities: over_speech(&windows),
            evidence: self.evidence_of(windows.iter()),
            windows,
        }
    }
}

/// Return the seconds that windows cover together. They are in order of time and may overlap.
fn covered<'a>(windows: impl Iterator<Item = &'a WindowPrediction>) -> f64 {
    let (mut seconds, mut until) = (0.0, f64::NEG_INFINITY);
    for window in windows {
        seconds += (window.end - window.start.max(until)).max(0.0);
        until = window.end;
    }
    seconds
}

/// Return the mean probabilities over the windows with speech, or over all if none has any.
fn over_speech(windows: &[WindowPrediction]) -> Vec<f32> {
    let any = windows.iter().any(|window| window.speech);
    let heard = windows.iter().filter(|window| window.speech || !any);
    let rows: Vec<Vec<f32>> = heard.map(|window| window.probabilities.clone()).collect();
    mean(&rows)
}
