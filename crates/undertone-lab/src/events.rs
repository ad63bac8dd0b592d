//! Events of long work, and the request to interrupt it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use undertone_corpus::Emotion;

use crate::train::MemoryEstimate;

/// The losses and scores of one epoch, a row of `metrics.csv`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochMetrics {
    /// The epoch, counted from 1.
    pub epoch: usize,
    /// Mean loss of the training steps, with dropout and augmentation: the cross-entropy in nats,
    /// or for dimensions what the recipe minimizes.
    pub train_loss: f64,
    /// The loss on the validation set.
    pub validation_loss: f64,
    /// The scores.
    #[serde(flatten)]
    pub scores: EpochScores,
    /// The learning rate of the epoch.
    pub learning_rate: f64,
    /// Whether this epoch is the best so far.
    pub best: bool,
}

/// The scores of one epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum EpochScores {
    /// Of classes.
    Classes {
        /// Accuracy of the training steps, 0 to 1.
        train_accuracy: f64,
        /// Accuracy on the validation set, 0 to 1.
        validation_accuracy: f64,
        /// Unweighted average recall on the validation set, 0 to 1.
        validation_uar: f64,
    },
    /// Of dimensions.
    Dimensions {
        /// Concordance correlation coefficient on the validation set, −1 to 1, the mean over the
        /// dimensions.
        validation_ccc: f64,
    },
}

impl EpochScores {
    /// Return the validation score that epochs are compared by: UAR or CCC.
    pub fn main(&self) -> f64 {
        match self {
            Self::Classes { validation_uar, .. } => *validation_uar,
            Self::Dimensions { validation_ccc } => *validation_ccc,
        }
    }

    /// Return the accuracy of the training steps and on the validation set. `None` for dimensions.
    pub fn accuracies(&self) -> Option<[f64; 2]> {
        match self {
            Self::Classes {
                train_accuracy,
                validation_accuracy,
                ..
            } => Some([*train_accuracy, *validation_accuracy]),
            Self::Dimensions { .. } => None,
        }
    }
}

/// What happens in long work.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The features of `done` of `total` clips are computed.
    Features {
        /// Number of clips that are done.
        done: usize,
        /// Number of all clips.
        total: usize,
    },
    /// A clip cannot be read and is left out.
    ClipFailed {
        /// The clip and the reason.
        message: String,
    },
    /// Clips are left out because the recipe excludes their speakers.
    SpeakersExcluded {
        /// The number of clips.
        clips: usize,
    },
    /// Clips are left out because their emotion has no class.
    WithoutClass {
        /// The number of such clips of each emotion.
        emotions: &'a BTreeMap<Emotion, usize>,
    },
    /// Clips without a value of a dimension, or with one outside its range, are left out.
    WithoutValue {
        /// The number of clips that lack each dimension.
        without: &'a BTreeMap<&'a str, usize>,
        /// The number of clips whose value is outside the range of each dimension.
        outside: &'a BTreeMap<&'a str, usize>,
    },
    /// Classes have no clip in the corpus, so the model cannot learn them.
    EmptyClasses {
        /// Their labels.
        labels: &'a [&'a str],
    },
    /// A fold begins.
    Fold {
        /// Its name.
        name: &'a str,
        /// Its number, counted from 1.
        number: usize,
        /// Number of all folds.
        count: usize,
        /// Number of training clips, repetitions included.
        train: usize,
        /// Number of validation clips, which choose the epoch and the learning rate.
        validation: usize,
        /// Number of test clips.
        test: usize,
        /// The last finished epoch of an earlier session that is resumed, if there is one.
        resumed_after: Option<usize>,
        /// The epochs of earlier sessions, if they can be read.
        history: &'a [EpochMetrics],
    },
    /// A shrinkage for a pretrained encoder's head was evaluated inside the training set.
    ShrinkageEvaluated {
        /// The shrinkage, 0 to 1.
        shrinkage: f64,
        /// Unweighted average recall on speakers held out of the training set, 0 to 1.
        uar: f64,
    },
    /// A pretrained encoder's head is fitted without cross-validation, because all training clips
    /// are of one speaker: with the largest shrinkage, and without scaling.
    NotCrossValidated,
    /// A shrinkage for a head of dimensions was evaluated inside the training set.
    RidgeEvaluated {
        /// The shrinkage, 0 to 1.
        shrinkage: f64,
        /// Concordance correlation coefficient on speakers held out of the training set, the mean
        /// over the dimensions.
        ccc: f64,
    },
    /// A head of dimensions was fitted.
    RidgeFitted {
        /// The shrinkage that was chosen.
        shrinkage: f64,
        /// The factor of each dimension's predictions around their mean; 1 for the loss `mse`.
        factors: &'a [f64],
    },
    /// A pretrained encoder's head was fitted.
    HeadFitted {
        /// The shrinkage that was chosen.
        shrinkage: f64,
        /// Factor of the scores that makes them log-probabilities.
        temperature: f64,
    },
    /// A group of training clips was held out from a head that adapts.
    GroupHeldOut {
        /// The corpus, or the fold of speakers.
        group: &'a str,
        /// Unweighted average recall on the group, each recording alone, 0 to 1.
        uar: f64,
    },
    /// A head that adapts was fitted.
    AdaptiveHeadFitted {
        /// Factor of the scores for a recording alone, and for a voice that was heard often.
        temperature: [f64; 2],
        /// From which probability of a sentiment on the model is very sure.
        sure: Option<f64>,
    },
    /// The expected memory of the training that begins.
    Memory(MemoryEstimate),
    /// A training step is done.
    Step {
        /// The epoch, counted from 1.
        epoch: usize,
        /// Largest number of epochs.
        epochs: usize,
        /// The step within the epoch, counted from 1.
        step: usize,
        /// Number of steps of an epoch.
        steps: usize,
    },
    /// An epoch is done.
    Epoch {
        /// Its losses and scores.
        metrics: &'a EpochMetrics,
        /// Its duration in seconds.
        seconds: f64,
    },
    /// Training stopped early because the validation scores no longer improved.
    StoppedEarly {
        /// The epoch whose weights are kept.
        best_epoch: usize,
    },
}

/// A function that receives the events. Several threads call it while features are computed.
pub type Observer<'a> = &'a (dyn Fn(&Event<'_>) + Sync);

/// A request to stop after the current step.
#[derive(Debug, Default)]
pub struct Interrupt(AtomicBool);

impl Interrupt {
    /// Make an interrupt that is not requested.
    pub const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// Request the stop. Safe in a signal handler.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Return whether the stop is requested.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
