//! A recipe fixes an experiment: corpus division, labels, front end, balancing, network, training.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use undertone_audio::FrontEndConfig;
use undertone_corpus::{BalanceStep, LabelScheme, ProtocolConfig};
use undertone_models::{NetworkConfig, summed_into};

use crate::augmentation::AugmentationConfig;

/// One experiment, as `recipes/*.toml` writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The recipe's name.
    pub name: String,
    /// What it is for, in a sentence.
    #[serde(default)]
    pub description: String,
    /// Seed of everything random: division, balancing, weights, dropout, order, augmentation.
    #[serde(default)]
    pub seed: u64,
    /// The classes to tell apart.
    #[serde(default)]
    pub label_scheme: LabelScheme,
    /// Finer classes that the network itself is trained on; their probabilities are summed into
    /// those of `label_scheme`. Left out: the same ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_scheme: Option<LabelScheme>,
    /// How the clips are divided.
    pub protocol: ProtocolConfig,
    /// How the training side is balanced, in order.
    #[serde(default)]
    pub balance: Vec<BalanceStep>,
    /// From recordings to features.
    #[serde(default)]
    pub front_end: FrontEndConfig,
    /// How training clips are varied.
    #[serde(default)]
    pub augmentation: AugmentationConfig,
    /// The network.
    pub network: NetworkConfig,
    /// How the head of a pretrained encoder is fitted to the frozen encoder's summaries, before
    /// any `training`. Pretrained encoders only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<HeadConfig>,
    /// How the network is trained, step by step. Only with `head` it may be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<TrainingConfig>,
}

/// How a network is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingConfig {
    /// Most passes over the training side.
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
    /// summaries are computed once, and only the head is trained.
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
    /// Whether a clip counts in inverse proportion to its label's share of the training side.
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

/// How the linear head of a frozen encoder is fitted: discriminant analysis on the standardised
/// summaries, its shrinkage chosen inside the training side by folds of speakers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadConfig {
    /// The shrinkages to choose from, above 0 up to 1: 1 trusts the deviations only, small ones
    /// the covariances too.
    pub shrinkage: Vec<f64>,
    /// Folds of speakers that the choice is made by, at least 2.
    #[serde(default = "four")]
    pub folds: usize,
}

/// Which epoch's weights are kept; judged on the validation side, never on the test side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Selection {
    /// The lowest validation loss.
    #[default]
    ValidationLoss,
    /// The highest unweighted average recall on the validation side.
    ValidationUar,
    /// The last epoch's, whatever the validation side says.
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

/// A recipe that cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// Neither a file nor the name of a recipe that this build carries.
    #[error(
        "{}: no such recipe file; recipes that need no file: {}", path.display(), known.join(", ")
    )]
    NotFound {
        /// What was asked for.
        path: PathBuf,
        /// Names of the built-in recipes.
        known: Vec<String>,
    },
    /// A file that cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not TOML, or not a recipe.
    #[error("{origin}: {message}")]
    Parse {
        /// The file or the override.
        origin: String,
        /// Where and what.
        message: String,
    },
    /// `--set` without `=`.
    #[error("`{0}`: expected KEY=VALUE, for instance training.epochs=10")]
    Override(String),
    /// A value out of its range.
    #[error("recipe: `{field}` must be {expected}, found {found}")]
    Range {
        /// The dotted name.
        field: &'static str,
        /// The range, in words.
        expected: &'static str,
        /// The value.
        found: String,
    },
}

fn one() -> usize {
    1
}

fn four() -> usize {
    4
}

fn whole() -> f64 {
    1.0
}

const BUILT_IN: [(&str, &str); 6] = [
    (
        "1-cnn-lstm",
        include_str!("../../../recipes/1-cnn-lstm.toml"),
    ),
    (
        "2-enhanced",
        include_str!("../../../recipes/2-enhanced.toml"),
    ),
    (
        "3-optimized",
        include_str!("../../../recipes/3-optimized.toml"),
    ),
    (
        "4-wav2vec2",
        include_str!("../../../recipes/4-wav2vec2.toml"),
    ),
    (
        "5-whisper-tiny-frozen",
        include_str!("../../../recipes/5-whisper-tiny-frozen.toml"),
    ),
    (
        "6-whisper-tiny-finetune",
        include_str!("../../../recipes/6-whisper-tiny-finetune.toml"),
    ),
];

impl Recipe {
    /// The recipes that need no file: their names and their texts.
    pub fn built_in() -> impl Iterator<Item = (&'static str, &'static str)> {
        BUILT_IN.into_iter()
    }

    /// Reads a recipe file, or one of the built-in recipes by name, and applies `overrides`
    /// of the form `training.epochs=10` (values are TOML; what is not TOML is taken as text).
    ///
    /// # Errors
    /// Names the file or override, and where a value is wrong the field.
    pub fn load(path: &Path, overrides: &[String]) -> Result<Self, RecipeError> {
        let built_in = BUILT_IN.iter().find(|(name, _)| Path::new(name) == path);
        let text = match (path.is_file(), built_in) {
            (false, Some((_, text))) => (*text).to_owned(),
            (false, None) => {
                return Err(RecipeError::NotFound {
                    path: path.to_owned(),
                    known: BUILT_IN
                        .iter()
                        .map(|(name, _)| (*name).to_owned())
                        .collect(),
                });
            }
            (true, _) => std::fs::read_to_string(path).map_err(|source| RecipeError::Io {
                path: path.to_owned(),
                source,
            })?,
        };
        Self::parse(&text, &path.display().to_string(), overrides)
    }

    /// Parses a recipe's text. `origin` names it in errors.
    ///
    /// # Errors
    /// As [`Recipe::load`].
    pub fn parse(text: &str, origin: &str, overrides: &[String]) -> Result<Self, RecipeError> {
        let parse_error = |origin: &str, error: toml::de::Error| RecipeError::Parse {
            origin: origin.to_owned(),
            message: error.to_string(),
        };
        let recipe: Self = if overrides.is_empty() {
            toml::from_str(text).map_err(|error| parse_error(origin, error))?
        } else {
            let mut table: toml::Table =
                toml::from_str(text).map_err(|error| parse_error(origin, error))?;
            for assignment in overrides {
                set(&mut table, assignment)?;
            }
            let origin = format!("{origin} with --set {}", overrides.join(" --set "));
            table
                .try_into()
                .map_err(|error| parse_error(&origin, error))?
        };
        recipe.check()?;
        Ok(recipe)
    }

    /// The recipe as TOML, every default written out.
    ///
    /// # Errors
    /// If a value has no TOML form.
    pub fn to_toml(&self) -> Result<String, RecipeError> {
        toml::to_string_pretty(self).map_err(|error| RecipeError::Parse {
            origin: self.name.clone(),
            message: error.to_string(),
        })
    }

    /// Whether a pretrained encoder is trained too, not only the head behind it.
    pub fn trains_encoder(&self) -> bool {
        let training = self.training.as_ref();
        training.is_some_and(|training| training.encoder.is_some())
    }

    fn check(&self) -> Result<(), RecipeError> {
        let outputs = self.output_scheme.unwrap_or(self.label_scheme);
        range(
            summed_into(outputs, self.label_scheme).is_some(),
            "output_scheme",
            "label_scheme or a finer scheme",
            outputs,
        )?;
        let pretrained = matches!(self.network, NetworkConfig::Pretrained(_));
        if let Some(head) = &self.head {
            range(
                pretrained,
                "head",
                "left out without a pretrained encoder",
                "[head]",
            )?;
            head.check()?;
        }
        if let NetworkConfig::Pretrained(network) = &self.network {
            let linear = network.projection.is_none() && !network.batch_norm;
            range(
                self.head.is_none() || linear,
                "head",
                "left out with network.projection or network.batch_norm",
                "[head]",
            )?;
            let augmentation = &self.augmentation;
            let masks = augmentation.band_masks.count + augmentation.frame_masks.count;
            range(
                self.trains_encoder() || masks + augmentation.shift == 0,
                "augmentation",
                "without masks and shift where the encoder is frozen",
                "masks or shift",
            )?;
        }
        match &self.training {
            Some(training) => training.check(pretrained)?,
            None => range(
                self.head.is_some(),
                "training",
                "given, or [head] for a pretrained encoder",
                "neither",
            )?,
        }
        self.augmentation.check()
    }
}

impl HeadConfig {
    fn check(&self) -> Result<(), RecipeError> {
        range(
            !self.shrinkage.is_empty() && self.shrinkage.iter().all(|it| *it > 0.0 && *it <= 1.0),
            "head.shrinkage",
            "one or more numbers above 0 up to 1",
            format!("{:?}", self.shrinkage),
        )?;
        range(self.folds >= 2, "head.folds", "at least 2", self.folds)
    }
}

impl TrainingConfig {
    fn check(&self, pretrained: bool) -> Result<(), RecipeError> {
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

/// An error that names the field unless its value fits.
fn range(
    fits: bool,
    field: &'static str,
    expected: &'static str,
    found: impl Display,
) -> Result<(), RecipeError> {
    if fits {
        return Ok(());
    }
    Err(RecipeError::Range {
        field,
        expected,
        found: found.to_string(),
    })
}

/// Sets `a.b.c=value` in a table, making tables on the way.
fn set(table: &mut toml::Table, assignment: &str) -> Result<(), RecipeError> {
    let (key, value) = assignment
        .split_once('=')
        .ok_or_else(|| RecipeError::Override(assignment.to_owned()))?;
    let value = value.trim();
    let value = toml::from_str::<toml::Table>(&format!("value = {value}"))
        .ok()
        .and_then(|mut parsed| parsed.remove("value"))
        .unwrap_or_else(|| toml::Value::String(value.to_owned()));

    let mut path: Vec<&str> = key.trim().split('.').collect();
    let last = path.pop().filter(|name| !name.is_empty());
    let Some(last) = last else {
        return Err(RecipeError::Override(assignment.to_owned()));
    };
    let mut inner = table;
    for name in path {
        inner = inner
            .entry(name)
            .or_insert_with(|| toml::Value::Table(toml::Table::new()))
            .as_table_mut()
            .ok_or_else(|| RecipeError::Override(assignment.to_owned()))?;
    }
    inner.insert(last.to_owned(), value);
    Ok(())
}
