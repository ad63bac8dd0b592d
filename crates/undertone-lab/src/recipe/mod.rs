//! A recipe defines an experiment: split, labels, front end, balancing, network and training.

mod augment;
mod copies;
mod dimensions;
mod error;
mod head;
mod overrides;
mod protocol_text;
mod training;

use std::path::Path;

use serde::{Deserialize, Serialize};
use undertone_audio::FrontEndConfig;
use undertone_corpus::{
    BalanceStep, Corpus, LabelMap, LabelScheme, Protocol, ProtocolConfig, Utterance,
};
use undertone_messages::in_plain_words;
use undertone_models::NetworkConfig;

pub use augment::{AugmentConfig, MaskConfig};
pub use copies::CopiesConfig;
pub use dimensions::{DimensionTarget, Dimensions, RegressionLoss};
pub use error::RecipeError;
use error::range;
pub use head::{HeadConfig, HoldOut};
use overrides::{set, sets};
pub(crate) use protocol_text::describe_protocol;
pub use training::{
    EncoderTrainingConfig, PlateauConfig, ScheduleConfig, Selection, TrainingConfig,
};

/// An experiment, as a file in `recipes/` defines it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The recipe's name.
    pub name: String,
    /// The name of the models that it trains. Default: the recipe's name and the task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_name: Option<String>,
    /// The purpose of the recipe in one sentence.
    #[serde(default)]
    pub description: String,
    /// Seed of everything random: split, balancing, weights, dropout, order and augmentation.
    #[serde(default)]
    pub seed: u64,
    /// The classes that the model predicts.
    #[serde(default)]
    pub label_scheme: LabelScheme,
    /// Finer classes that the network is trained on. Their probabilities are added up to those of
    /// `label_scheme`. Default: the classes of `label_scheme`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_scheme: Option<LabelScheme>,
    /// Which labels of the corpus stand for others, and which to leave out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub labels: LabelMap,
    /// Speakers whose clips are left out everywhere, so that the model can be shown on voices that
    /// it never heard: `corpus/speaker`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded_speakers: Vec<String>,
    /// The numbers that the model predicts instead of classes. Then `label_scheme` and
    /// `output_scheme` must be left out.
    #[serde(default, skip_serializing_if = "Dimensions::is_empty")]
    pub dimensions: Dimensions,
    /// What is minimized for `dimensions`. Default: `ccc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<RegressionLoss>,
    /// How the clips are split.
    pub protocol: ProtocolConfig,
    /// The steps that balance the training set, in order.
    #[serde(default)]
    pub balance: Vec<BalanceStep>,
    /// How recordings become features.
    #[serde(default)]
    pub front_end: FrontEndConfig,
    /// How training clips are augmented.
    #[serde(default)]
    pub augmentation: AugmentConfig,
    /// The network.
    pub network: NetworkConfig,
    /// How the head of a pretrained encoder is fitted to the embeddings of the frozen encoder,
    /// before any `training`. For pretrained encoders only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<HeadConfig>,
    /// How the network is trained by gradient descent. Required without `head`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<TrainingConfig>,
}

fn is_default(labels: &LabelMap) -> bool {
    *labels == LabelMap::default()
}

const BUILT_IN: [(&str, &str); 12] = [
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
    (
        "7-whisper-tiny-corpora",
        include_str!("../../../../recipes/7-whisper-tiny-corpora.toml"),
    ),
    (
        "8-undertone",
        include_str!("../../../../recipes/8-undertone.toml"),
    ),
    (
        "9-undertone-open",
        include_str!("../../../../recipes/9-undertone-open.toml"),
    ),
    (
        "10-cnn-lstm-small",
        include_str!("../../../../recipes/10-cnn-lstm-small.toml"),
    ),
    (
        "11-whisper-tiny-base",
        include_str!("../../../../recipes/11-whisper-tiny-base.toml"),
    ),
    (
        "12-cnn2d-lstm",
        include_str!("../../../../recipes/12-cnn2d-lstm.toml"),
    ),
];

impl Recipe {
    /// Return the names and texts of the built-in recipes.
    pub fn built_in() -> impl Iterator<Item = (&'static str, &'static str)> {
        BUILT_IN.into_iter()
    }

    /// Read a recipe file, or a built-in recipe by its name, and apply `overrides` of the form
    /// `training.epochs=10`. Values are TOML; a value that is not TOML is taken as text. An
    /// override of `dimensions` takes the place of the recipe's classes.
    ///
    /// # Errors
    /// If the file or an override cannot be used. The error names it, and the field of a wrong
    /// value.
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
            (true, _) => fs_err::read_to_string(path)?,
        };
        Self::parse(&text, &path.display().to_string(), overrides)
    }

    /// Parse a recipe's text. `origin` names it in errors.
    ///
    /// # Errors
    /// As [`Recipe::load`].
    pub fn parse(text: &str, origin: &str, overrides: &[String]) -> Result<Self, RecipeError> {
        let parse_error = |origin: &str, error: toml::de::Error| RecipeError::Parse {
            origin: origin.to_owned(),
            message: error
                .to_string()
                .replace(error.message(), &in_plain_words(error.message())),
        };
        if text.trim().is_empty() {
            return Err(RecipeError::Parse {
                origin: origin.to_owned(),
                message: "the file is empty".to_owned(),
            });
        }
        let mut table: toml::Table =
            toml::from_str(text).map_err(|error| parse_error(origin, error))?;
        let mut recipe: Self = if overrides.is_empty() {
            // Not from the table, which does not know the lines of mistakes.
            toml::from_str(text).map_err(|error| parse_error(origin, error))?
        } else {
            if sets(overrides, "dimensions") {
                // The override stands for the classes of the recipe too.
                SCHEMES
                    .iter()
                    .for_each(|scheme| drop(table.remove(*scheme)));
            }
            for assignment in overrides {
                set(&mut table, assignment)?;
            }
            let origin = format!("{origin} with --set {}", overrides.join(" --set "));
            let table = table.clone();
            table
                .try_into()
                .map_err(|error| parse_error(&origin, error))?
        };
        range(
            !recipe.dimensions.is_empty() || !table.contains_key("dimensions"),
            "dimensions",
            "one or more names of columns, or left out for classes",
            "none",
        )?;
        if !recipe.dimensions.is_empty() {
            for scheme in SCHEMES {
                if table.contains_key(scheme) {
                    return Err(RecipeError::TwoTasks { scheme });
                }
            }
            recipe.label_scheme = LabelScheme::Corpus;
        }
        recipe.check()?;
        Ok(recipe)
    }

    /// Return the recipe as TOML with all defaults written out.
    ///
    /// # Errors
    /// If a value has no TOML form.
    pub fn to_toml(&self) -> Result<String, RecipeError> {
        let error = |error: toml::ser::Error| RecipeError::Parse {
            origin: self.name.clone(),
            message: error.to_string(),
        };
        if self.dimensions.is_empty() {
            return toml::to_string_pretty(self).map_err(error);
        }
        // A recipe of dimensions has no classes to state.
        let mut table = toml::Table::try_from(self).map_err(error)?;
        table.remove("label_scheme");
        toml::to_string_pretty(&table).map_err(error)
    }

    /// Return the names of what the model predicts: the classes, or the dimensions.
    pub fn targets(&self) -> Vec<String> {
        match self.dimensions.is_empty() {
            true => self.labels(),
            false => self.dimensions.names(),
        }
    }

    /// Return the name of what the model predicts: that of the label scheme, or `dimensions`.
    pub fn task(&self) -> &str {
        match self.dimensions.is_empty() {
            true => self.label_scheme.name(),
            false => "dimensions",
        }
    }

    /// Return the names of the classes.
    pub fn labels(&self) -> Vec<String> {
        let labels = self.label_scheme.labels().iter();
        labels.map(|label| (*label).to_owned()).collect()
    }

    /// Return the label scheme of the network's outputs.
    pub(crate) fn outputs(&self) -> &LabelScheme {
        self.output_scheme.as_ref().unwrap_or(&self.label_scheme)
    }

    /// Return the recipe with the classes of `label_scheme = "corpus"` known.
    ///
    /// # Errors
    /// If the corpus has fewer than two labels, or `output_scheme` cannot be summed to them.
    pub fn for_corpus(mut self, corpus: &Corpus) -> Result<Self, RecipeError> {
        let schemes = [Some(&mut self.label_scheme), self.output_scheme.as_mut()];
        let of_classes = self.dimensions.is_empty();
        for scheme in schemes.into_iter().flatten().filter(|_| of_classes) {
            *scheme = scheme.resolved(&corpus.utterances)?;
        }
        self.check()?;
        Ok(self)
    }

    /// Return whether the recipe leaves out the speaker of a clip.
    pub(crate) fn excludes(&self, utterance: &Utterance) -> bool {
        let Some(speaker) = &utterance.speaker else {
            return false;
        };
        // A joined corpus puts its corpus in front of each speaker.
        let in_front = format!("{}/", utterance.corpus);
        let name = speaker.strip_prefix(&in_front).unwrap_or(speaker);
        let mut excluded = self.excluded_speakers.iter();
        excluded.any(|it| it.strip_prefix(&in_front) == Some(name))
    }

    /// Return whether a pretrained encoder is trained too, and not only its head.
    pub fn trains_encoder(&self) -> bool {
        let training = self.training.as_ref();
        training.is_some_and(|training| training.encoder.is_some())
    }

    fn check(&self) -> Result<(), RecipeError> {
        let outputs = self.outputs();
        let known = *outputs != LabelScheme::Corpus && self.label_scheme != LabelScheme::Corpus;
        range(
            !known || outputs.classes_in(&self.label_scheme).is_some(),
            "output_scheme",
            "label_scheme or a finer scheme",
            outputs,
        )?;
        range(
            self.protocol.name != Protocol::All,
            "protocol.name",
            "a protocol with a training set",
            self.protocol.name,
        )?;
        self.check_dimensions()?;
        let pretrained = !self.network.encoders().is_empty();
        if let NetworkConfig::Joined(network) = &self.network {
            network.check()?;
            network.check_names()?;
            range(
                self.head.is_some() && self.training.is_none(),
                "network.encoders",
                "used with [head] and without [training], as several encoders stay frozen",
                "another way to train",
            )?;
        }
        if let Some(head) = &self.head {
            range(
                pretrained,
                "head",
                "left out without a pretrained encoder",
                "[head]",
            )?;
            range(
                !head.adapt || (self.dimensions.is_empty() && self.training.is_none()),
                "head.adapt",
                "left out with dimensions or [training]",
                head.adapt,
            )?;
            head.check()?;
        }
        if pretrained {
            let mut encoders = self.network.encoders().iter();
            let linear = encoders.all(|it| it.projection.is_none() && !it.batch_norm);
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
        range(
            self.training.is_some()
                || self.augmentation.copies.transmitted == 0
                || self.head.as_ref().is_some_and(|head| head.adapt),
            "augmentation.copies.transmitted",
            "0 for a fitted head without head.adapt",
            self.augmentation.copies.transmitted,
        )?;
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

    /// Return an error for options that only classes or only dimensions have.
    fn check_dimensions(&self) -> Result<(), RecipeError> {
        self.dimensions.check()?;
        let of_classes = self.dimensions.is_empty();
        range(
            !of_classes || self.loss.is_none(),
            "loss",
            "left out without dimensions",
            "a loss",
        )?;
        range(
            of_classes || !self.balance.contains(&BalanceStep::Undersample),
            "balance",
            "without undersample for dimensions, which have no classes",
            "undersample",
        )?;
        let shrinkages = self.head.iter().flat_map(|head| &head.shrinkage);
        let largest = shrinkages.copied().fold(0.0, f64::max);
        range(
            of_classes || largest < 1.0,
            "head.shrinkage",
            "below 1 for dimensions",
            largest,
        )?;
        let Some(training) = &self.training else {
            return Ok(());
        };
        // The CCC of a single clip is 0 whatever is predicted.
        let of_ccc = !of_classes && self.loss.unwrap_or_default() == RegressionLoss::Ccc;
        range(
            !of_ccc || training.batch_size > 1,
            "training.batch_size",
            "at least 2 for dimensions with the loss ccc",
            training.batch_size,
        )?;
        range(
            of_classes || (training.label_smoothing == 0.0 && !training.class_weights),
            "training",
            "without label_smoothing and class_weights for dimensions",
            "one of them",
        )?;
        let (wrong, expected) = match of_classes {
            true => (
                Selection::ValidationCcc,
                "validation-loss, validation-uar or last",
            ),
            false => (
                Selection::ValidationUar,
                "validation-loss, validation-ccc or last",
            ),
        };
        range(
            training.select != wrong,
            "training.select",
            expected,
            "the score of another task",
        )
    }
}

/// The fields of the classes, which dimensions exclude.
const SCHEMES: [&str; 2] = ["label_scheme", "output_scheme"];
