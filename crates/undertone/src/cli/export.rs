//! Arguments of `undertone export`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Write a model for other programs: as ONNX, for the Hugging Face Hub, as a Space, as a page
/// without a server, or as an npm package.
///
/// The folder is written completely or not at all. An export for the Hub has no model.onnx if the
/// network is too large for that format.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone export runs/mine --to onnx --out mine-onnx
  undertone export --to onnx --quantize int8 --out small
  undertone export models/mine --to hf --report runs/folds/report.json --out mine-hf
  undertone export --to space --out space           the built-in model, served by this program
  undertone export --to web --out page              the built-in model, run by the browser")]
pub(crate) struct ExportArgs {
    /// A model folder, a run that contains a model, or hf:OWNER/NAME [default: the built-in model].
    #[arg(value_name = "RUN|MODEL")]
    pub(crate) model: Option<PathBuf>,
    /// What to write.
    #[arg(long, value_name = "T")]
    pub(crate) to: ExportTarget,
    /// The folder to write.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Replace an earlier export in that folder.
    #[arg(long)]
    pub(crate) force: bool,
    /// A report of `evaluate` or `crossval` about this model or its recipe, for the card. Can be
    /// repeated. The report of the model's own run is added automatically. Scores on clips that
    /// the model may have been trained on appear in the card's text, not in its metadata.
    #[arg(long = "report", value_name = "FILE.json")]
    pub(crate) reports: Vec<PathBuf>,
    /// The program that the Space runs: an undertone for Linux [default: this program].
    #[arg(long, value_name = "FILE")]
    pub(crate) binary: Option<PathBuf>,
    /// Store the weights of --to onnx in fewer bits: int8 makes the file about a quarter as large
    /// and changes the probabilities slightly.
    #[arg(long, value_name = "TYPE")]
    pub(crate) quantize: Option<Quantization>,
    /// Print one JSON object that lists the files.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportTarget {
    /// A folder for ONNX Runtime: model.onnx, predict.py, README.md and a sample.
    Onnx,
    /// A model repository for the Hugging Face Hub.
    Hf,
    /// A Docker Space: Dockerfile, program and model.
    Space,
    /// A page that runs the model in the browser, for any host of static files.
    Web,
    /// An npm package that runs the model in Node.
    Npm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Quantization {
    /// 8-bit integers, with a scale for each channel.
    Int8,
}
