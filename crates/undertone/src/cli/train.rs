//! Arguments of `undertone train`, `undertone crossval` and `undertone recipes`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use undertone_corpus::{CorpusSource, Protocol};
use undertone_lab::default_cache;

use super::recipe_name::RecipeName;
use super::values::{ColumnArgs, DeviceArgs, LengthArgs, VocalChannelArgs, protocol};

/// Train a model from a recipe and evaluate it.
///
/// Writes a run: a folder with the recipe, the numbers of each epoch, a report and the model. If a
/// run is stopped, by Ctrl-C or by a power failure, --resume continues it, and it ends with the
/// same weights.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone train 2-enhanced --corpus ravdess --out runs/enhanced
  undertone train 2-enhanced --corpus ravdess --out runs/enhanced --resume
  undertone train my.toml --corpus clips.csv --out runs/mine --set training.epochs=10 --seed 7
  undertone train 3-optimized --corpus ravdess --protocol speakers --fold 2 --out runs/fold2")]
pub(crate) struct TrainArgs {
    #[command(flatten)]
    pub(crate) experiment: ExperimentArgs,
    /// The fold to train, counted from 1.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) fold: usize,
}

/// Train and evaluate a recipe on all folds of a protocol.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone crossval 3-optimized --corpus ravdess --protocol speakers --out runs/speakers
  undertone crossval 3-optimized --corpus ravdess --protocol emobox --seeds 1,2,3 --out runs/emobox
  undertone crossval 3-optimized --corpus ravdess --protocol emobox --seeds 1,2,3 \\
      --out runs/emobox --resume")]
pub(crate) struct CrossvalArgs {
    #[command(flatten)]
    pub(crate) experiment: ExperimentArgs,
    /// Train all folds once with each of these seeds [default: the recipe's].
    #[arg(
        long,
        value_name = "N,N…",
        value_delimiter = ',',
        conflicts_with = "seed"
    )]
    pub(crate) seeds: Vec<u64>,
}

/// List the built-in recipes, or print one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone recipes
  undertone recipes 3-optimized > mine.toml   as a start for your own recipe")]
pub(crate) struct RecipesArgs {
    /// Print this recipe as TOML.
    #[arg(value_name = "NAME", value_parser = RecipeName, hide_possible_values = true)]
    pub(crate) name: Option<PathBuf>,
}

/// Arguments that `train` and `crossval` share.
#[derive(Debug, Args)]
pub(crate) struct ExperimentArgs {
    /// A recipe file, or the name of a built-in recipe (`undertone recipes` lists them).
    #[arg(value_parser = RecipeName, hide_possible_values = true)]
    pub(crate) recipe: PathBuf,
    /// A corpus: a folder or a manifest. FORMAT: in front says what a folder is, such as
    /// crema-d:DIR. Can be repeated.
    #[arg(long, value_name = "[FORMAT:]DIR|MANIFEST", value_hint = ValueHint::AnyPath, required = true)]
    pub(crate) corpus: Vec<CorpusSource>,
    #[command(flatten)]
    pub(crate) voice: VocalChannelArgs,
    #[command(flatten)]
    pub(crate) columns: ColumnArgs,
    /// The folder of the run.
    #[arg(long, value_name = "RUN")]
    pub(crate) out: PathBuf,
    /// Continue the run in that folder, if there is one.
    #[arg(long)]
    pub(crate) resume: bool,
    /// Set a value of the recipe, such as training.epochs=10. Can be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// The seed of all random numbers [default: the recipe's].
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// How to split the clips for evaluation [default: the recipe's].
    #[arg(long, value_name = "P", value_parser = protocol())]
    pub(crate) protocol: Option<Protocol>,
    #[command(flatten)]
    pub(crate) device: DeviceArgs,
    #[command(flatten)]
    pub(crate) cache: CacheArgs,
    #[command(flatten)]
    pub(crate) length: LengthArgs,
    /// Print one JSON object per event, the last one with the report.
    #[arg(long)]
    pub(crate) json: bool,
    /// Show curves in the terminal during training: q stops, Tab switches to the other chart.
    #[cfg(feature = "tui")]
    #[arg(long, conflicts_with = "json")]
    pub(crate) tui: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CacheArgs {
    /// Where to keep features between runs [default: $UNDERTONE_CACHE, or undertone/features in
    /// your cache folder].
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    cache: Option<PathBuf>,
    /// Compute all features again, and keep none.
    #[arg(long)]
    no_cache: bool,
}

impl CacheArgs {
    /// Return the folder to keep features in, or `None` if they are not kept.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        if self.no_cache {
            None
        } else {
            self.cache.clone().or_else(default_cache)
        }
    }
}
