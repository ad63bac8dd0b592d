//! The classifier: from a recording to the probabilities of the classes.

use std::path::Path;
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Device;
use thiserror::Error;
use undertone_audio::{FeatureMatrix, FrontEnd, FrontEndError, Recording};
use undertone_metrics::argmax;

use crate::infer::{Inference, OVERLAP, mean};
use crate::model::{self, Model, ModelConfig, ModelError};
use crate::network::{BandStatistics, Network};

/// A trained model, ready to classify recordings. Threads can share it by reference.
#[derive(Debug)]
pub struct Classifier {
    config: Option<ModelConfig>,
    labels: Arc<[String]>,
    class_of_output: Vec<usize>,
    front_end: FrontEnd,
    statistics: Option<BandStatistics>,
    network: Network,
    device: Device,
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

/// A recording that cannot be classified.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ClassifyError {
    /// The front end rejected it.
    #[error(transparent)]
    FrontEnd(#[from] FrontEndError),
    /// The output of the network is not finite, which only broken weights cause.
    #[error("the network's output is not finite: the model is broken")]
    NotFinite,
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

/// The windows of one recording.
struct Windows {
    spans: Vec<(f64, f64)>,
    features: Vec<FeatureMatrix>,
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
        Ok(Self {
            config: None,
            class_of_output: (0..foreign.labels.len()).collect(),
            labels: foreign.labels.into(),
            front_end,
            statistics: None,
            network: Network::Pretrained(foreign.network).valid(),
            device: device.clone(),
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
        let Model {
            config,
            network,
            statistics,
            encoder: _,
        } = model;
        let (outputs, labels) = (&config.output_scheme, &config.label_scheme);
        let class_of_output = outputs
            .classes_in(labels)
            .ok_or_else(|| ModelError::Outputs {
                path: config.name.clone().into(),
                outputs: outputs.clone(),
                labels: labels.clone(),
            })?;
        Ok(Self {
            labels: config.labels.clone().into(),
            class_of_output,
            config: Some(config),
            front_end,
            statistics,
            network: network.valid(),
            device: device.clone(),
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
        &self.front_end
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
        let windows = self.windows(recording)?;
        let probabilities = self.inference().windows(windows.features);
        self.prediction(windows.spans, probabilities)
    }

    /// Predict the classes of many recordings, whose windows share batches. An error in one
    /// recording does not affect the others.
    pub fn classify_batch(
        &self,
        recordings: &[Recording],
    ) -> Vec<Result<Prediction, ClassifyError>> {
        let mut features = Vec::new();
        let spans: Vec<Result<Vec<(f64, f64)>, ClassifyError>> = recordings
            .iter()
            .map(|recording| {
                let windows = self.windows(recording)?;
                features.extend(windows.features);
                Ok(windows.spans)
            })
            .collect();
        let mut probabilities = self.inference().windows(features).into_iter();
        spans
            .into_iter()
            .map(|spans| {
                let spans = spans?;
                let own = probabilities.by_ref().take(spans.len()).collect();
                self.prediction(spans, own)
            })
            .collect()
    }

    fn windows(&self, recording: &Recording) -> Result<Windows, ClassifyError> {
        let prepared = self.front_end.prepare(recording)?;
        let rate = f64::from(self.front_end.config().sample_rate);
        let mut windows = Windows {
            spans: Vec::new(),
            features: Vec::new(),
        };
        for range in self.front_end.windows(prepared.samples.len(), OVERLAP) {
            windows.spans.push((
                prepared.start + range.start as f64 / rate,
                prepared.start + range.end as f64 / rate,
            ));
            let features = self.front_end.features(&prepared.samples[range]);
            windows.features.push(features);
        }
        Ok(windows)
    }

    fn inference(&self) -> Inference<'_> {
        Inference {
            network: &self.network,
            statistics: self.statistics.as_ref(),
            class_of_output: &self.class_of_output,
            device: &self.device,
        }
    }

    fn prediction(
        &self,
        spans: Vec<(f64, f64)>,
        probabilities: Vec<Vec<f32>>,
    ) -> Result<Prediction, ClassifyError> {
        if !probabilities
            .iter()
            .flatten()
            .all(|probability| probability.is_finite())
        {
            return Err(ClassifyError::NotFinite);
        }
        let mean = mean(&probabilities);
        let windows = spans
            .into_iter()
            .zip(probabilities)
            .map(|((start, end), probabilities)| WindowPrediction {
                start,
                end,
                probabilities,
            })
            .collect();
        Ok(Prediction {
            labels: Arc::clone(&self.labels),
            probabilities: mean,
            windows,
        })
    }
}
