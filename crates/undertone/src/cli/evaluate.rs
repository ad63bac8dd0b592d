//! Arguments of `undertone evaluate`.

use std::path::PathBuf;

use clap::Args;
use undertone_corpus::Protocol;

use super::train::CacheArgs;
use super::values::{DeviceArgs, VoiceArgs, protocol};

/// Evaluate a model on a corpus.
///
/// Uses only the test sets of the protocol. The report warns about speakers that the model was
/// trained on.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone evaluate runs/fold2 --corpus ravdess --protocol speakers --fold 2
  undertone evaluate models/mine --corpus other.csv --protocol manifest --out report.json")]
pub(crate) struct EvaluateArgs {
    /// A model folder, or a run that contains a model.
    #[arg(value_name = "RUN|MODEL")]
    pub(crate) model: PathBuf,
    /// The corpus: a folder of RAVDESS clips, or a manifest.
    #[arg(long, value_name = "DIR|MANIFEST")]
    pub(crate) corpus: PathBuf,
    #[command(flatten)]
    pub(crate) voice: VoiceArgs,
    /// How to split the clips. A run trained under the same protocol sets the folds and fractions.
    #[arg(long, value_name = "P", value_parser = protocol())]
    pub(crate) protocol: Protocol,
    /// The fold to evaluate, counted from 1 [default: all].
    #[arg(long, value_name = "N")]
    pub(crate) fold: Option<usize>,
    /// The seed of the split [default: the one that the model was trained with].
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    #[command(flatten)]
    pub(crate) device: DeviceArgs,
    #[command(flatten)]
    pub(crate) cache: CacheArgs,
    /// Print the report as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// Also write the report as JSON to a file.
    #[arg(long, value_name = "FILE.json")]
    pub(crate) out: Option<PathBuf>,
}
