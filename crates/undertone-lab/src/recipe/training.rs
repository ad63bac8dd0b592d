//! How a network is trained: the recipe's `[training]`.

use serde::{Deserialize, Serialize};

use super::error::{RecipeError, range};

/// How a network is trained by gradient descent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingConfig {
    /// Largest number of passes over the training set.
    pub epochs: usize,
    /// Clips per batch.
    pub batch_size: usize,
    /// Adam's initial learning rate.
    pub learning_rate: f64,
    /// The learning rate over the steps: a warm-up, then a cosine. By default it is constant,
    /// except for `plateau`.
    #[serde(default)]
    pub schedule: ScheduleConfig,
    /// How a pretrained encoder is trained with its head. By default the encoder is frozen, its
    /// embeddings are computed once, and only the head is trained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoder: Option<EncoderTrainingConfig>,
    /// Decoupled weight decay of AdamW (Loshchilov & Hutter 2019) on all weights except biases and
    /// norms. 0 is plain Adam.
    #[serde(default)]
    pub weight_decay: f64,
    /// Largest norm of all gradients together; larger gradients are scaled down. 0 does not clip.
    #[serde(default)]
    pub clip_norm: f64,
    /// Batches whose gradients are added up to one step, at least 1.
    #[serde(default = "one")]
    pub accumulate: usize,
    /// Whether clips of similar length share a batch, which reduces padding.
    #[serde(default)]
    pub batch_by_length: bool,
    /// λ of a penalty λ·Σw² on the LSTM's weights, without its biases, as Keras' `l2(λ)`. The
    /// reported loss does not contain the penalty.
    #[serde(default)]
    pub lstm_l2: f64,
    /// Share of a target's probability that is distributed evenly over all classes, 0 up to but not
    /// including 1.
    #[serde(default)]
    pub label_smoothing: f32,
    /// Whether a clip's weight is inversely proportional to its class's share of the training set.
    #[serde(default)]
    pub class_weights: bool,
    /// How the learning rate is reduced when the validation loss stagnates.
    #[serde(default)]
    pub plateau: Option<PlateauConfig>,
    /// Epochs without improvement after which training stops. `select` tells what an improvement
    /// is; with `last` it is a lower validation loss. 0 never stops early.
    #[serde(default)]
    pub early_stopping: usize,
    /// The epoch whose weights are kept.
    #[serde(default)]
    pub select: Selection,
    /// Decay of an exponential moving average of the weights, 0 (no averaging) up to but not
    /// including 1. With averaging, the averaged weights are validated and kept.
    #[serde(default)]
    pub weight_average: f32,
}

/// The learning rate over all steps of a training.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScheduleConfig {
    /// Share of all steps in which the rate rises linearly from 0, 0 up to but not including 1.
    pub warmup: f64,
    /// Whether the rate then falls to 0 along half a cosine in the remaining steps.
    pub cosine: bool,
}

/// How a pretrained encoder is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderTrainingConfig {
    /// Initial learning rate of the last layer.
    pub learning_rate: f64,
    /// Number of trained layers, counted from the last. By default all are trained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_layers: Option<usize>,
    /// Ratio of a layer's learning rate to that of the next layer, above 0 up to 1.
    #[serde(default = "whole")]
    pub layer_decay: f64,
    /// Whether the parts before the layers (convolutions, projection, positions) are trained too.
    /// All layers must be trained then.
    #[serde(default)]
    pub convolutions: bool,
}

/// The epoch whose weights are kept. It is chosen by the validation set, never by the test set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Selection {
    /// The epoch with the lowest validation loss.
    #[default]
    ValidationLoss,
    /// The epoch with the highest unweighted average recall on the validation set.
    ValidationUar,
    /// The epoch with the highest concordance correlation coefficient on the validation set, for
    /// recipes of `dimensions`. With several dimensions it is their mean.
    ValidationCcc,
    /// The last epoch. Its validation scores do not matter.
    Last,
}

/// How the learning rate is reduced on a plateau of the validation loss, as Keras'
/// `ReduceLROnPlateau` does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlateauConfig {
    /// Factor of the learning rate, above 0 and below 1.
    pub factor: f64,
    /// Epochs without a better validation loss before a reduction.
    pub patience: usize,
    /// Lower bound of the learning rate.
    #[serde(default)]
    pub min_learning_rate: f64,
}

fn one() -> usize {
    1
}

fn whole() -> f64 {
    1.0
}

impl TrainingConfig {
    pub(super) fn check(&self, pretrained: bool) -> Result<(), RecipeError> {
        let plain = "at least 1";
        range(self.epochs > 0, "training.epochs", plain, self.epochs)?;
        range(
            self.batch_size > 0,
            "training.batch_size",
            plain,
            self.batch_size,
        )?;
        range(
            self.accumulate > 0,
            "training.accumulate",
            plain,
            self.accumulate,
        )?;
        for (field, rate) in [
            ("training.learning_rate", Some(self.learning_rate)),
            (
                "training.encoder.learning_rate",
                self.encoder.as_ref().map(|encoder| encoder.learning_rate),
            ),
        ] {
            if let Some(rate) = rate {
                range(rate.is_finite() && rate > 0.0, field, "above 0", rate)?;
            }
        }
        for (field, value) in [
            ("training.lstm_l2", self.lstm_l2),
            ("training.weight_decay", self.weight_decay),
            ("training.clip_norm", self.clip_norm),
        ] {
            range(
                value.is_finite() && value >= 0.0,
                field,
                "at least 0",
                value,
            )?;
        }
        for (field, share) in [
            ("training.label_smoothing", self.label_smoothing),
            ("training.weight_average", self.weight_average),
        ] {
            range(
                (0.0..1.0).contains(&share),
                field,
                "at least 0 and below 1",
                share,
            )?;
        }
        range(
            (0.0..1.0).contains(&self.schedule.warmup),
            "training.schedule.warmup",
            "at least 0 and below 1",
            self.schedule.warmup,
        )?;
        if let Some(encoder) = &self.encoder {
            range(
                pretrained,
                "training.encoder",
                "left out without a pretrained encoder",
                "[training.encoder]",
            )?;
            range(
                encoder.layer_decay > 0.0 && encoder.layer_decay <= 1.0,
                "training.encoder.layer_decay",
                "above 0 up to 1",
                encoder.layer_decay,
            )?;
            range(
                !(encoder.convolutions && encoder.last_layers.is_some()),
                "training.encoder.convolutions",
                "false where only the last layers are trained",
                true,
            )?;
        }
        if let Some(plateau) = &self.plateau {
            range(
                (0.0..=self.learning_rate).contains(&plateau.min_learning_rate),
                "training.plateau.min_learning_rate",
                "0 to training.learning_rate",
                plateau.min_learning_rate,
            )?;
            range(
                plateau.factor > 0.0 && plateau.factor < 1.0,
                "training.plateau.factor",
                "above 0 and below 1",
                plateau.factor,
            )?;
            range(
                plateau.patience > 0,
                "training.plateau.patience",
                plain,
                plateau.patience,
            )?;
        }
        Ok(())
    }
}
