//! Arguments of `undertone evaluate`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use undertone_corpus::{CorpusSource, Protocol};

use super::output::Format;
use super::train::CacheArgs;
use super::values::{
    ColumnArgs, DeviceArgs, LabelArgs, LengthArgs, PrecisionArgs, VocalChannelArgs, protocol,
};

/// Evaluate a model on one corpus or several.
///
/// By default, every clip is tested. The report warns about speakers that the model was trained on.
/// Clips whose label has no class of the model are left out and counted.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone evaluate models/mine --corpus emodb
  undertone evaluate models/mine --corpus emodb --corpus crema-d --out evaluated
      writes a page, report.json, and the predictions of all clips as clips.csv and clips.json
  undertone evaluate models/mine --corpus other.csv --out clips.csv
  undertone evaluate models/mine --corpus emodb --robustness
  undertone evaluate runs/fold2 --corpus ravdess --protocol speakers --fold 2")]
pub(crate) struct EvaluateArgs {
    /// A model folder, or a run that contains a model.
    #[arg(value_name = "RUN|MODEL")]
    pub(crate) model: PathBuf,
    /// A corpus: a folder or a manifest. FORMAT: in front says what a folder is, such as
    /// crema-d:DIR. Can be repeated.
    #[arg(long, value_name = "[FORMAT:]DIR|MANIFEST", value_hint = ValueHint::AnyPath, required = true)]
    pub(crate) corpus: Vec<CorpusSource>,
    #[command(flatten)]
    pub(crate) voice: VocalChannelArgs,
    #[command(flatten)]
    pub(crate) labels: LabelArgs,
    #[command(flatten)]
    pub(crate) columns: ColumnArgs,
    /// How to split the clips. A run trained under the same protocol sets the folds and fractions.
    #[arg(long, value_name = "P", value_parser = protocol(), default_value_t = Protocol::All)]
    pub(crate) protocol: Protocol,
    /// The fold to evaluate, counted from 1 [default: all].
    #[arg(long, value_name = "N")]
    pub(crate) fold: Option<usize>,
    /// The seed of the split [default: the one that the model was trained with].
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Evaluate the test clips as recorded, and as a telephone, Opus, MP3, noise, a room and other
    /// levels change them. Prints one table.
    #[arg(long)]
    pub(crate) robustness: bool,
    #[command(flatten)]
    pub(crate) device: DeviceArgs,
    #[command(flatten)]
    pub(crate) precision: PrecisionArgs,
    #[command(flatten)]
    pub(crate) cache: CacheArgs,
    #[command(flatten)]
    pub(crate) length: LengthArgs,
    /// What to print: a table of scores, the report as JSON, or the predictions of all clips as CSV
    /// or Parquet. With --out FILE, the file has this format, and the scores are printed.
    #[arg(long, value_name = "F", value_enum)]
    pub(crate) format: Option<Format>,
    /// Short for --format json.
    #[arg(long, conflicts_with = "format")]
    pub(crate) json: bool,
    /// Also write the results: a folder with a page, the report and the predictions of all clips,
    /// or one file, FILE.json (the report), FILE.csv or FILE.parquet (the predictions).
    #[arg(long, value_name = "DIR|FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Replace the file, or write into a folder that is not empty. There, only files that evaluate
    /// wrote are replaced.
    #[arg(long)]
    pub(crate) force: bool,
}
