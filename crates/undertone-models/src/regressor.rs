//! The regressor: from a recording to numbers such as arousal.

use std::path::Path;

use burn::tensor::Device;
use undertone_answer::ModelIdentity;
use undertone_audio::{FrontEnd, Recording};

use crate::engine::{ClassifyError, Engine, Windows};
use crate::infer::mean;
use crate::model::{self, Dimension, ForeignOutputs, Model, ModelConfig, ModelError};
use crate::network::Network;
use crate::outputs::Outputs;
use crate::precision::{Precision, PrecisionError};
use crate::version::Origin;

/// A trained model of dimensions, ready to read recordings. Threads can share it by reference.
#[derive(Debug)]
pub struct Regressor {
    config: Option<ModelConfig>,
    dimensions: Vec<Dimension>,
    engine: Engine,
    origin: Origin,
}

/// The numbers that a model predicts for a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The value of each dimension in the corpus's unit: the mean over the windows.
    pub values: Vec<f32>,
    /// The windows of the recording, in order of time.
    pub windows: Vec<WindowEstimate>,
}

/// The numbers for one window of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowEstimate {
    /// The start of the window in the recording, in seconds.
    pub start: f64,
    /// Its end in seconds, at most the end of the trimmed recording.
    pub end: f64,
    /// The value of each dimension.
    pub values: Vec<f32>,
}

impl Regressor {
    /// Load a model folder onto the CPU.
    ///
    /// # Errors
    /// As [`Model::load`], and [`ModelError::NoDimensions`] for a model of classes.
    pub fn load(folder: impl AsRef<Path>) -> Result<Self, ModelError> {
        Self::load_on(folder, &Device::flex())
    }

    /// Load a model folder onto a device. It may also be a folder of a model for regression that
    /// others trained, in the layout of `transformers`; its numbers are those of the network.
    ///
    /// # Errors
    /// As [`Regressor::load`].
    pub fn load_on(folder: impl AsRef<Path>, device: &Device) -> Result<Self, ModelError> {
        let folder = folder.as_ref();
        let (model, front_end) = match Model::load_for_inference(folder, device) {
            Ok(loaded) => loaded,
            Err(ModelError::Foreign(_)) => return Self::load_foreign(folder, device),
            Err(error) => return Err(error),
        };
        let dimensions = model.config.dimensions.clone();
        if dimensions.is_empty() {
            return Err(ModelError::NoDimensions(folder.to_owned()));
        }
        let outputs = Outputs::Dimensions(dimensions.clone());
        Ok(Self {
            engine: Engine::new(model.network, front_end, model.statistics, outputs, device),
            config: Some(model.config),
            dimensions,
            origin: Origin::Folder(folder.to_owned()),
        })
    }

    fn load_foreign(folder: &Path, device: &Device) -> Result<Self, ModelError> {
        let foreign = model::load_foreign(folder, device)?;
        let ForeignOutputs::Dimensions(dimensions) = foreign.outputs else {
            return Err(ModelError::NoDimensions(folder.to_owned()));
        };
        let front_end =
            FrontEnd::new(foreign.front_end).map_err(|source| ModelError::FrontEnd {
                path: folder.to_owned(),
                source,
            })?;
        let outputs = Outputs::Dimensions(dimensions.clone());
        let network = Network::Pretrained(foreign.network);
        Ok(Self {
            engine: Engine::new(network, front_end, None, outputs, device),
            config: None,
            dimensions,
            origin: Origin::Folder(folder.to_owned()),
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
    /// version. This reads its files.
    pub fn identity(&self) -> ModelIdentity {
        let name = match &self.config {
            Some(config) => config.name.clone(),
            None => self.origin.name(),
        };
        ModelIdentity {
            name,
            version: self.origin.version(None),
        }
    }

    /// Return the configuration of the model; `None` if Undertone did not train it.
    pub fn config(&self) -> Option<&ModelConfig> {
        self.config.as_ref()
    }

    /// Return the dimensions, in the order of their values.
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// Return the front end, which turns recordings into features.
    pub fn front_end(&self) -> &FrontEnd {
        self.engine.front_end()
    }

    /// Predict the dimensions of one recording of any length and rate. A recording longer than the
    /// window of the model is read in windows that overlap by half, and their values are averaged.
    ///
    /// # Errors
    /// If the front end rejects the recording.
    pub fn estimate(&self, recording: &Recording) -> Result<Estimate, ClassifyError> {
        let Windows { spans, rows, .. } = self.engine.predict(recording)?;
        Ok(Estimate {
            values: mean(&rows),
            windows: spans
                .into_iter()
                .zip(rows)
                .map(|((start, end), values)| WindowEstimate { start, end, values })
                .collect(),
        })
    }
}
