//! How a network is trained, step by step.

use serde::{Deserialize, Serialize};

use super::error::{RecipeError, range};

/// How a network is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingConfig {
    /// Most passes over the training set.
    pub epochs: usize,
    /// Clips of one step.
    pub batch_size: usize,
    /// Adam's initial learning rate.
    pub learning_rate: f64,
    /// The learning rate over the steps: a warm-up, then a cosine. Left out: constant but for
    /// `plateau`.
    #[serde(default)]
    pub schedule: ScheduleConfig,
    /// Whether and how a pretrained encoder is trained with its head. Left out: it is frozen, its
    /// embeddings are computed once, and only the head is trained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoder: Option<EncoderTrainingConfig>,
    /// Weight decay of AdamW (decoupled; Loshchilov & Hutter 2019) on all weights but biases and
    /// norms; 0 is plain Adam.
    #[serde(default)]
    pub weight_decay: f64,
    /// The most that the norm of all gradients together may be; 0 does not clip.
    #[serde(default)]
    pub clip_norm: f64,
    /// Batches whose gradients are added up before the weights change, at least 1.
    #[serde(default = "one")]
    pub accumulate: usize,
    /// Whether clips of like length share a batch, so that little is padded.
    #[serde(default)]
    pub batch_by_length: bool,
    /// λ of a penalty λ·Σw² on the LSTM's weights (not its biases), as Keras' `l2(λ)`. The
    /// penalty is left out of the reported loss.
    #[serde(default)]
    pub lstm_l2: f64,
    /// Share of a target's probability that is spread evenly over all classes, 0 to 1.
    #[serde(default)]
    pub label_smoothing: f32,
    /// Whether a clip counts in inverse proportion to its label's share of the training set.
    #[serde(default)]
    pub class_weights: bool,
    /// Halving (or other reduction) of the learning rate when the validation loss stagnates.
    #[serde(default)]
    pub plateau: Option<PlateauConfig>,
    /// Epochs without a better epoch (in the sense of `select`; with `last`, in the sense of the
    /// validation loss) after which training stops; 0 never stops early.
    #[serde(default)]
    pub early_stopping: usize,
    /// Which epoch's weights are kept.
    #[serde(default)]
    pub select: Selection,
    /// Share that an exponential moving average of the weights keeps of itself at each step, 0
    /// (no averaging) up to but not including 1. With averaging it is the averaged weights that
    /// are validated and kept.
    #[serde(default)]
    pub weight_average: f32,
}

/// The learning rate over the steps of a training.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScheduleConfig {
    /// Share of all steps, 0 up to but not including 1, over which the rate rises from 0 in a straight line.
    pub warmup: f64,
    /// Whether the rate then falls to 0 along half a cosine, over the steps that are left.
    pub cosine: bool,
}

/// How a pretrained encoder is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderTrainingConfig {
    /// Initial learning rate of the last trained layer.
    pub learning_rate: f64,
    /// The last layers that are trained; those before them stay as they are. Left out: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_layers: Option<usize>,
    /// What each layer's learning rate is of that of the layer after it, above 0 up to 1.
    #[serde(default = "whole")]
    pub layer_decay: f64,
    /// Whether what stands before the layers (convolutions, projection, positions) is trained too;
    /// needs all layers to be.
    #[serde(default)]
    pub convolutions: bool,
}

/// Which epoch's weights are kept; judged on the validation set, never on the test set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Selection {
    /// The lowest validation loss.
    #[default]
    ValidationLoss,
    /// The highest unweighted average recall on the validation set.
    ValidationUar,
    /// The last epoch's, whatever the validation set says.
    Last,
}

/// When the learning rate is reduced; Keras' `ReduceLROnPlateau`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlateauConfig {
    /// What the learning rate is multiplied by, above 0 and below 1.
    pub factor: f64,
    /// Epochs without a better validation loss before that.
    pub patience: usize,
    /// The learning rate is never below this.
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
