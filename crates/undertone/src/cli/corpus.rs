//! Arguments of `undertone corpus`.

use std::path::PathBuf;

use clap::Args;
use undertone_corpus::LabelScheme;

use super::values::{VoiceArgs, scheme};

/// Describe a corpus: counts, speakers, durations, copies, unreadable files.
///
/// A corpus is a folder of RAVDESS clips or a manifest: a CSV with the columns path, emotion and
/// speaker, and optionally gender and split.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone corpus ravdess
  undertone corpus --scheme emotion8 --json ravdess
  undertone corpus --strict ravdess && echo complete and readable
  undertone corpus --no-durations --manifest ravdess.csv ravdess
  undertone corpus --vocal-channel all ravdess         speech and songs")]
pub(crate) struct CorpusArgs {
    /// The corpus.
    #[arg(value_name = "DIR|MANIFEST")]
    pub(crate) corpus: PathBuf,
    #[command(flatten)]
    pub(crate) voice: VoiceArgs,
    /// The classes to count.
    #[arg(long, value_name = "S", value_parser = scheme(), default_value_t)]
    pub(crate) scheme: LabelScheme,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// Exit with 1 if a clip is unreadable, skipped or missing from RAVDESS.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Write the corpus as a manifest.
    #[arg(long, value_name = "OUT.csv")]
    pub(crate) manifest: Option<PathBuf>,
    /// Do not open the recordings: faster, but does not find unreadable files and renamed copies.
    #[arg(long)]
    pub(crate) no_durations: bool,
}
