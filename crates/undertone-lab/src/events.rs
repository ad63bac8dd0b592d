//! What long work tells whoever watches, and how it is asked to stop.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use crate::memory::MemoryEstimate;

/// One epoch's numbers, a row of `metrics.csv`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochMetrics {
    /// Counted from 1.
    pub epoch: usize,
    /// Mean cross-entropy of the training steps, in nats, dropout and augmentation on.
    pub train_loss: f64,
    /// Share of clips the training steps got right, 0 to 1.
    pub train_accuracy: f64,
    /// Mean cross-entropy on the validation set, in nats.
    pub validation_loss: f64,
    /// Accuracy on the validation set, 0 to 1.
    pub validation_accuracy: f64,
    /// Unweighted average recall on the validation set, 0 to 1.
    pub validation_uar: f64,
    /// The learning rate that the epoch was trained with.
    pub learning_rate: f64,
    /// Whether this epoch is the best so far.
    pub best: bool,
}

/// A step of long work.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// `done` of `total` clips have their features.
    Features {
        /// Clips done.
        done: usize,
        /// Clips in all.
        total: usize,
    },
    /// A clip was left out because it could not be read.
    ClipFailed {
        /// The clip and why.
        message: String,
    },
    /// Training of one fold begins.
    Fold {
        /// Its name.
        name: &'a str,
        /// Its number, counted from 1.
        number: usize,
        /// Folds in all.
        count: usize,
        /// Clips to train on, repeats counted.
        train: usize,
        /// Clips to choose the epoch and the learning rate by.
        validation: usize,
        /// Clips to judge by.
        test: usize,
        /// The epoch after which an earlier session's work is taken up, if there is one.
        resumed_after: Option<usize>,
        /// The epochs that were trained before, where they can be read.
        history: &'a [EpochMetrics],
    },
    /// A shrinkage for a pretrained encoder's head was judged inside the training set.
    ShrinkageJudged {
        /// The shrinkage, 0 to 1.
        shrinkage: f64,
        /// Unweighted average recall on speakers that were held out of the training set, 0 to 1.
        uar: f64,
    },
    /// A pretrained encoder's head was fitted.
    HeadFitted {
        /// The shrinkage that was chosen.
        shrinkage: f64,
        /// What the scores were multiplied by to become log-probabilities.
        temperature: f64,
    },
    /// A fold's training is about to take this much memory.
    Memory(MemoryEstimate),
    /// A training step is done.
    Step {
        /// The epoch, counted from 1.
        epoch: usize,
        /// Most epochs there can be.
        epochs: usize,
        /// The step within the epoch, counted from 1.
        step: usize,
        /// Steps of an epoch.
        steps: usize,
    },
    /// An epoch is done.
    Epoch {
        /// Its numbers.
        metrics: &'a EpochMetrics,
        /// How long it took, in seconds.
        seconds: f64,
    },
    /// Training stopped before its last epoch because the validation set got no better.
    StoppedEarly {
        /// The epoch whose weights are kept.
        best_epoch: usize,
    },
}

/// Receives the events. Called from several threads while features are computed.
pub type Observer<'a> = &'a (dyn Fn(&Event<'_>) + Sync);

/// A request to stop after the step that is running.
#[derive(Debug, Default)]
pub struct Interrupt(AtomicBool);

impl Interrupt {
    /// Not requested.
    pub const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// Asks for the stop; safe in a signal handler.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked for.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
