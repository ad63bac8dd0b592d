//! A recipe fixes an experiment: corpus split, labels, front end, balancing, network, training.

mod error;
mod training;

use std::path::Path;

use serde::{Deserialize, Serialize};
use undertone_audio::FrontEndConfig;
use undertone_corpus::{BalanceStep, LabelScheme, ProtocolConfig};
use undertone_models::{NetworkConfig, class_of_output};

pub use error::RecipeError;
pub(crate) use error::range;
pub use training::{
    EncoderTrainingConfig, PlateauConfig, ScheduleConfig, Selection, TrainingConfig,
};

use crate::augment::AugmentConfig;

/// One experiment, as `recipes/*.toml` writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The recipe's name.
    pub name: String,
    /// What it is for, in a sentence.
    #[serde(default)]
    pub description: String,
    /// Seed of everything random: split, balancing, weights, dropout, order, augmentation.
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
    /// How the training set is balanced, in order.
    #[serde(default)]
    pub balance: Vec<BalanceStep>,
    /// From recordings to features.
    #[serde(default)]
    pub front_end: FrontEndConfig,
    /// How training clips are varied.
    #[serde(default)]
    pub augmentation: AugmentConfig,
    /// The network.
    pub network: NetworkConfig,
    /// How the head of a pretrained encoder is fitted to the frozen encoder's embeddings, before
    /// any `training`. Pretrained encoders only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<HeadConfig>,
    /// How the network is trained, step by step. Only with `head` it may be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<TrainingConfig>,
}

/// How the linear head of a frozen encoder is fitted: discriminant analysis on the standardized
/// embeddings, its shrinkage chosen inside the training set by folds of speakers.
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

fn four() -> usize {
    4
}

const BUILT_IN: [(&str, &str); 6] = [
    (
        "1-cnn-lstm",
        include_str!("../../../../recipes/1-cnn-lstm.toml"),
    ),
    (
        "2-enhanced",
        include_str!("../../../../recipes/2-enhanced.toml"),
    ),
    (
        "3-optimized",
        include_str!("../../../../recipes/3-optimized.toml"),
    ),
    (
        "4-wav2vec2",
        include_str!("../../../../recipes/4-wav2vec2.toml"),
    ),
    (
        "5-whisper-tiny-frozen",
        include_str!("../../../../recipes/5-whisper-tiny-frozen.toml"),
    ),
    (
        "6-whisper-tiny-finetune",
        include_str!("../../../../recipes/6-whisper-tiny-finetune.toml"),
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
            class_of_output(outputs, self.label_scheme).is_some(),
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
