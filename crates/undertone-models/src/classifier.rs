//! The classifier: from a recording to the probabilities of the classes.

use std::path::Path;
use std::sync::Arc;

use burn::tensor::Device;
use undertone_audio::{FrontEnd, Recording};
use undertone_metrics::argmax;

use crate::engine::{ClassifyError, Engine, Windows};
use crate::infer::mean;
use crate::model::{self, Model, ModelConfig, ModelError};
use crate::network::Network;
use crate::outputs::Outputs;

/// A trained model, ready to classify recordings. Threads can share it by reference.
#[derive(Debug)]
pub struct Classifier {
    config: Option<ModelConfig>,
    labels: Arc<[String]>,
    engine: Engine,
}

/// The prediction for a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    labels: Arc<[String]>,
    /// Probability of each class in the order of the labels: the mean over the windows. Sums to 1.
    pub probabilities: Vec<f32>,
    /// The windows of the recording, in order of time. There is one unless the recording is longer.
    pub windows: Vec<WindowPrediction>,
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
    /// classification that `transformers` wrote (wav2vec 2.0, HuBERT, Whisper).
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn load_on(folder: impl AsRef<Path>, device: &Device) -> Result<Self, ModelError> {
        let folder = folder.as_ref();
        match Model::load_with_front_end(folder, device) {
            Ok((model, front_end)) => Self::with_front_end(model, front_end, device),
            Err(ModelError::Foreign(_)) => Self::load_foreign(folder, device),
            Err(error) => Err(error),
        }
    }

    fn load_foreign(folder: &Path, device: &Device) -> Result<Self, ModelError> {
        let foreign = model::load_foreign(folder, device)?;
        let front_end =
            FrontEnd::new(foreign.front_end).map_err(|source| ModelError::FrontEnd {
                path: folder.to_owned(),
                source,
            })?;
        let outputs = Outputs::Classes((0..foreign.labels.len()).collect());
        let network = Network::Pretrained(foreign.network);
        Ok(Self {
            config: None,
            labels: foreign.labels.into(),
            engine: Engine::new(network, front_end, None, outputs, device),
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
        let (model, front_end) = Model::embedded_with_front_end(device)?;
        Self::with_front_end(model, front_end, device)
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
        Self::with_front_end(model, front_end, device)
    }

    fn with_front_end(
        model: Model,
        front_end: FrontEnd,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let config = model.config;
        config.needs_classes()?;
        let outputs = config.outputs()?;
        Ok(Self {
            labels: config.labels.clone().into(),
            config: Some(config),
            engine: Engine::new(model.network, front_end, model.statistics, outputs, device),
        })
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
        let windows = self.engine.predict_batch(recordings).into_iter();
        windows
            .map(|windows| Ok(self.prediction(windows?)))
            .collect()
    }

    fn prediction(&self, Windows { spans, rows }: Windows) -> Prediction {
        Prediction {
            labels: Arc::clone(&self.labels),
            probabilities: mean(&rows),
            windows: spans
                .into_iter()
                .zip(rows)
                .map(|((start, end), probabilities)| WindowPrediction {
                    start,
                    end,
                    probabilities,
                })
                .collect(),
        }
    }
}
