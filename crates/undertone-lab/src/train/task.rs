//! What a training needs.

use std::sync::Arc;

use burn::tensor::Device;
use undertone_models::{
    Activations, BandStatistics, EncoderFiles, ModelConfig, Network, Outputs, PretrainedNetwork,
};

use crate::prepare::{Clip, FeatureBytes};
use crate::recipe::{AugmentConfig, RegressionLoss, TrainingConfig};
use crate::run::FoldFolder;

/// The clips of one set with their targets.
#[derive(Debug, Clone)]
pub(crate) struct Subset<'a> {
    pub(crate) clips: Vec<&'a Clip>,
    pub(crate) targets: Targets,
}

/// What the network should compute for each clip.
#[derive(Debug, Clone)]
pub(crate) enum Targets {
    Classes {
        /// The class of each clip in the label scheme.
        labels: Vec<usize>,
        /// The class of each clip among the network's outputs.
        outputs: Vec<usize>,
    },
    Dimensions {
        /// The standardized values of each clip.
        values: Vec<Vec<f32>>,
    },
}

/// The clips of a training.
#[derive(Debug)]
pub(crate) struct TrainingData<'a> {
    /// The balanced training set. A clip may occur in it more than once.
    pub(crate) train: Subset<'a>,
    pub(crate) validation: Subset<'a>,
    /// Statistics of the training set that standardize the features.
    pub(crate) statistics: Option<BandStatistics>,
    /// What the outputs of the network stand for.
    pub(crate) outputs: &'a Outputs,
    /// The size of the features of the whole corpus.
    pub(crate) bytes: FeatureBytes,
}

/// What a training starts from.
#[derive(Debug)]
pub(crate) enum Start<'a> {
    /// Random weights for inputs of this size.
    Random { bands: usize, frames: usize },
    /// A pretrained network whose encoder is trained too.
    Pretrained(&'a PretrainedNetwork),
    /// The head of a network with encoders, on their embeddings.
    Head(&'a Network),
}

/// The training of one network on one fold.
#[derive(Debug)]
pub(crate) struct Task<'a> {
    pub(crate) training: &'a TrainingConfig,
    pub(crate) augmentation: &'a AugmentConfig,
    /// The loss of dimensions; that of classes is the cross-entropy.
    pub(crate) loss: RegressionLoss,
    pub(crate) seed: u64,
    pub(crate) data: TrainingData<'a>,
    pub(crate) start: Start<'a>,
    /// The configuration of the model that is saved.
    pub(crate) model: ModelConfig,
    /// The files of the pretrained encoders that are saved with the model.
    pub(crate) encoders: Vec<Arc<EncoderFiles>>,
    /// The activations of the longest clip that the backward pass needs.
    pub(crate) activations: Activations,
    /// The folder of checkpoints and metrics.
    pub(crate) folder: &'a FoldFolder,
    pub(crate) device: &'a Device,
}
