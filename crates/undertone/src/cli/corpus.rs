//! Arguments of `undertone corpus`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use undertone_corpus::{CorpusSource, LabelScheme};

use super::values::{ColumnArgs, LabelArgs, LengthArgs, VocalChannelArgs, scheme};

/// Describe a corpus: what it is, counts, speakers, durations, copies, unreadable files.
///
/// A corpus is a folder of recordings or a manifest (a CSV with a row for each clip). The folders
/// of published corpora are recognized, and their counts are compared with the official ones. Give
/// several corpora to see them as one. With `--list`, print the corpora that are known.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone corpus ravdess
  undertone corpus --scheme emotion8 --json ravdess
  undertone corpus --no-durations emodb crema-d:voices clips.csv    three corpora as one
  undertone corpus --strict ravdess && echo complete and readable
  undertone corpus --no-durations --manifest ravdess.csv ravdess
  undertone corpus --map-label excited=happy --ignore-label other iemocap
  undertone corpus --column path=wav --column emotion=mood clips.csv
  undertone corpus --vocal-channel all ravdess         speech and songs")]
pub(crate) struct CorpusArgs {
    /// The corpus. FORMAT: in front says what it is: crema-d:DIR, audiofolder:DIR, manifest:FILE.
    #[arg(value_name = "[FORMAT:]DIR|MANIFEST", value_hint = ValueHint::AnyPath, required_unless_present = "list")]
    pub(crate) corpus: Vec<CorpusSource>,
    /// List the published corpora that are known, with their language, terms and official counts.
    #[arg(long, conflicts_with = "corpus")]
    pub(crate) list: bool,
    #[command(flatten)]
    pub(crate) voice: VocalChannelArgs,
    #[command(flatten)]
    pub(crate) labels: LabelArgs,
    #[command(flatten)]
    pub(crate) columns: ColumnArgs,
    /// The classes to count.
    #[arg(long, value_name = "S", value_parser = scheme(), default_value_t)]
    pub(crate) scheme: LabelScheme,
    #[command(flatten)]
    pub(crate) length: LengthArgs,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// Exit with 1 if a clip is unreadable, skipped or missing from the official count.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Write the corpus as a manifest.
    #[arg(long, value_name = "OUT.csv")]
    pub(crate) manifest: Option<PathBuf>,
    /// Do not open the recordings: faster, but does not find unreadable files and renamed copies.
    #[arg(long)]
    pub(crate) no_durations: bool,
}
