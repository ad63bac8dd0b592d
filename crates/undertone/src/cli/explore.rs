//! Arguments of `undertone explore`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use undertone_corpus::{CorpusSource, LabelScheme};

use super::recipe_name::RecipeName;
use super::values::{ColumnArgs, LabelArgs, LengthArgs, VocalChannelArgs, scheme};

/// Describe a corpus on a page with figures.
///
/// Measures every clip (duration, level, noise, pitch, speaking rate, spectra). Writes
/// DIR/index.html, which works offline, every figure as SVG and PNG, a table of all clips
/// (clips.csv) and all numbers (summary.json). Prints the page's path.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone explore --out exploration ravdess
  undertone explore --out exploration --force --top-db 30 ravdess
  undertone explore --out exploration --recipe 3-optimized clips.csv   trim and balance as it does
  undertone explore --out exploration --seed 7 --show clips/anna-1.wav clips.csv")]
pub(crate) struct ExploreArgs {
    /// The corpus: a folder of recordings or a manifest, or several, which are explored as one.
    /// FORMAT: in front says what a folder is, such as crema-d:DIR.
    #[arg(value_name = "[FORMAT:]DIR|MANIFEST", value_hint = ValueHint::AnyPath, required = true)]
    pub(crate) corpus: Vec<CorpusSource>,
    #[command(flatten)]
    pub(crate) voice: VocalChannelArgs,
    #[command(flatten)]
    pub(crate) labels: LabelArgs,
    #[command(flatten)]
    pub(crate) columns: ColumnArgs,
    /// The folder to write.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Write into a folder that is not empty. Only files that explore wrote there are replaced.
    #[arg(long)]
    pub(crate) force: bool,
    /// Take labels, trimming, classes and balancing from a recipe: a file, or a built-in one.
    #[arg(long, value_name = "RECIPE", value_parser = RecipeName, hide_possible_values = true)]
    pub(crate) recipe: Option<PathBuf>,
    /// The classes to map emotions to [default: sentiment3, or the recipe's].
    #[arg(long, value_name = "S", value_parser = scheme())]
    pub(crate) scheme: Option<LabelScheme>,
    /// Trim silence: frames this many decibels below a clip's loudest frame [default: 20, or the
    /// recipe's].
    #[arg(long, value_name = "DB", value_parser = decibels, allow_negative_numbers = true)]
    pub(crate) top_db: Option<f32>,
    /// Do not balance the corpus [default: the recipe's steps; without a recipe, repeat neutral
    /// until it has as many clips as calm, then cut all labels to the smallest].
    #[arg(long)]
    pub(crate) no_balance: bool,
    /// The seed for balancing and for the choice of clips to show.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Show this clip as the example of its emotion and gender. Can be repeated.
    #[arg(long, value_name = "CLIP")]
    pub(crate) show: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) length: LengthArgs,
    /// Print all numbers as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

fn decibels(word: &str) -> Result<f32, String> {
    match word.parse() {
        Ok(decibels) if decibels > 0.0 && f32::is_finite(decibels) => Ok(decibels),
        _ => Err("expected a number of decibels above 0".to_owned()),
    }
}
