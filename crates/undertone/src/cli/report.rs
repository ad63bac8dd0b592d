//! Arguments of `undertone report`.

use std::path::PathBuf;

use clap::Args;
use undertone_corpus::LabelScheme;

use super::values::scheme;

/// Describe training runs on a page: scores, curves, confusions, calibration, speakers, mistakes.
///
/// Writes index.html, which works offline, and each figure as SVG and PNG. A page about several
/// runs compares them, and tests whether one is better than another. Prints the page's path.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone report runs/mine                              writes runs/mine/report/index.html
  undertone report --corpus ravdess runs/mine             with the audio of confident mistakes
  undertone report --out compared runs/cnn runs/whisper   compares two runs
  undertone report --scheme sentiment3 --out compared runs/emotions runs/sentiment
  undertone report --json runs/mine | jq .uar.value")]
pub(crate) struct ReportArgs {
    /// Folders that `train` or `crossval` wrote, finished or not.
    #[arg(value_name = "RUN", required = true)]
    pub(crate) runs: Vec<PathBuf>,
    /// The folder for the page [default: RUN/report; required for several runs].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// The corpus, for the audio of clips [default: its path when the run was trained].
    #[arg(long, value_name = "DIR|MANIFEST")]
    pub(crate) corpus: Option<PathBuf>,
    /// Sum the classes of every run to those of this scheme, to compare runs with different
    /// classes.
    #[arg(long, value_name = "S", value_parser = scheme())]
    pub(crate) scheme: Option<LabelScheme>,
    /// Write into a folder that is not empty. Only files that report wrote there are replaced.
    #[arg(long)]
    pub(crate) force: bool,
    /// Print one JSON object per run, and one per comparison.
    #[arg(long)]
    pub(crate) json: bool,
}
