//! From a recording to the probabilities of the classes.

use std::path::Path;
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};
use thiserror::Error;
use undertone_audio::{FeatureMatrix, FrontEnd, FrontEndError, Recording};
use undertone_metrics::argmax;

use crate::batch::Batch;
use crate::model::{Model, ModelConfig, ModelError, class_of_output};
use crate::network::Network;
use crate::normalize::BandStatistics;
use crate::pretrained;

/// Share of a window that the next one repeats, where a recording is longer than one window.
pub const OVERLAP: f64 = 0.5;

/// A trained model, ready for recordings. Cheap to share between threads by reference.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use undertone_audio::{DecodeOptions, decode_path};
/// use undertone_models::Classifier;
///
/// # let path = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples/calm.wav"));
/// let classifier = Classifier::embedded()?;
/// let recording = decode_path(path, &DecodeOptions::default())?;
/// let prediction = classifier.classify(&recording)?;
/// println!("{} ({:.0} %)", prediction.label(), 100.0 * prediction.confidence());
/// # Ok(())
/// # }
/// ```
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

/// What a classifier makes of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    labels: Arc<[String]>,
    /// Probability of each class in the order of the labels: the mean over the windows. Sums to 1.
    pub probabilities: Vec<f32>,
    /// The windows that were read, in order of time; one unless the recording is longer.
    pub windows: Vec<WindowPrediction>,
}

/// What a classifier makes of one window of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowPrediction {
    /// Where the window starts in the recording, in seconds.
    pub start: f64,
    /// Where it ends, in seconds; not beyond the end of what was left after trimming.
    pub end: f64,
    /// Probability of each class. Sums to 1.
    pub probabilities: Vec<f32>,
}

/// A recording that could not be classified.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ClassifyError {
    /// The front end refused it.
    #[error(transparent)]
    FrontEnd(#[from] FrontEndError),
    /// The network's output is not a number, which only broken weights cause.
    #[error("the network's output is not finite: the model is broken")]
    NotFinite,
}

impl Prediction {
    /// The most probable class's label.
    pub fn label(&self) -> &str {
        &self.labels[argmax(&self.probabilities)]
    }

    /// The most probable class's probability, 0 to 1.
    pub fn confidence(&self) -> f32 {
        self.probabilities[argmax(&self.probabilities)]
    }

    /// All labels, in the order of the probabilities.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }
}

impl WindowPrediction {
    /// Index of the most probable class; the first of equals.
    pub fn class(&self) -> usize {
        argmax(&self.probabilities)
    }
}

/// The standardized windows of one recording.
struct Windows {
    spans: Vec<(f64, f64)>,
    features: Vec<FeatureMatrix>,
}

impl Classifier {
    /// Loads a model folder for the processor.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn load(folder: impl AsRef<Path>) -> Result<Self, ModelError> {
        Self::load_on(folder, &Device::flex())
    }

    /// Loads a model folder onto a device. It may also be one for audio classification that
    /// `transformers` wrote (wav2vec 2.0, HuBERT, Whisper).
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
        let foreign = pretrained::load_foreign(folder, device)?;
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

    /// The model that this build carries, on the processor. Needs no files.
    ///
    /// # Errors
    /// If the build carries a model that does not load, which its tests rule out.
    #[cfg(feature = "embedded")]
    pub fn embedded() -> Result<Self, ModelError> {
        Self::embedded_on(&Device::flex())
    }

    /// The model that this build carries, on a device.
    ///
    /// # Errors
    /// As [`Classifier::embedded`].
    #[cfg(feature = "embedded")]
    pub fn embedded_on(device: &Device) -> Result<Self, ModelError> {
        let (model, front_end) = crate::embedded::model(device)?;
        Self::with_front_end(model, front_end, device)
    }

    /// A classifier with a model's network and front end.
    ///
    /// # Errors
    /// If the front end's parameters cannot work.
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
        let (outputs, labels) = (config.output_scheme, config.label_scheme);
        let class_of_output =
            class_of_output(outputs, labels).ok_or_else(|| ModelError::Outputs {
                path: config.name.clone().into(),
                outputs,
                labels,
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

    /// What the model is; `None` if Undertone did not train it.
    pub fn config(&self) -> Option<&ModelConfig> {
        self.config.as_ref()
    }

    /// The names of the classes, in the order of their probabilities.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// What takes recordings to the network's inputs.
    pub fn front_end(&self) -> &FrontEnd {
        &self.front_end
    }

    /// The probabilities of the classes for one recording of any length and rate.
    ///
    /// Silence at both ends is trimmed if the model was trained so. What is longer than the
    /// model's window is read in windows that overlap by half, and averaged.
    ///
    /// # Errors
    /// If the front end refuses the recording.
    pub fn classify(&self, recording: &Recording) -> Result<Prediction, ClassifyError> {
        let windows = self.windows(recording)?;
        let probabilities = self.probabilities(&windows.features);
        self.prediction(windows.spans, probabilities)
    }

    /// As [`Classifier::classify`] for many recordings, whose windows share the network's
    /// batches. One recording's error leaves the others alone.
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
        let mut probabilities = self.probabilities(&features).into_iter();
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
            let mut features = self.front_end.features(&prepared.samples[range]);
            if let Some(statistics) = &self.statistics {
                statistics.standardize(&mut features);
            }
            windows.features.push(features);
        }
        Ok(windows)
    }

    fn probabilities(&self, features: &[FeatureMatrix]) -> Vec<Vec<f32>> {
        features
            .chunks(self.network.batch_size())
            .flat_map(|batch| {
                let scores = self.network.forward(&Batch::of(batch, &self.device));
                class_probabilities(scores, &self.class_of_output)
            })
            .collect()
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
        let mean = mean_over_windows(&probabilities);
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

/// Class probabilities from a network's scores, `[batch, outputs]`: their softmax, with output
/// `i` counted towards class `class_of_output[i]`. One row a clip, each summing to 1.
pub fn class_probabilities(scores: Tensor<2>, class_of_output: &[usize]) -> Vec<Vec<f32>> {
    let classes = class_of_output.iter().max().map_or(0, |last| last + 1);
    let values: Vec<f32> = softmax(scores, 1).into_data().iter::<f32>().collect();
    values
        .chunks(class_of_output.len())
        .map(|outputs| {
            let mut row = vec![0.0; classes];
            for (output, class) in outputs.iter().zip(class_of_output) {
                row[*class] += output;
            }
            row
        })
        .collect()
}

/// A recording's class probabilities: the mean over those of its windows. Empty of no windows.
pub fn mean_over_windows(windows: &[Vec<f32>]) -> Vec<f32> {
    let classes = windows.first().map_or(0, Vec::len);
    (0..classes)
        .map(|class| windows.iter().map(|window| window[class]).sum::<f32>() / windows.len() as f32)
        .collect()
}
