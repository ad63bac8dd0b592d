//! Arguments of `undertone fetch`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Download a corpus.
///
/// If a download is interrupted, run the command again to resume it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone fetch ravdess --out ravdess

RAVDESS: Livingstone & Russo (2018), https://doi.org/10.5281/zenodo.1188976, CC BY-NC-SA 4.0.")]
pub(crate) struct FetchArgs {
    /// The corpus to download.
    pub(crate) corpus: FetchableCorpus,
    /// The folder to put it in.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// The URL of the archive's folder, for mirrors and tests.
    #[arg(long, value_name = "URL", hide = true)]
    pub(crate) base_url: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum FetchableCorpus {
    /// RAVDESS's audio-only speech: 1440 clips of 24 actors, 208 MB.
    Ravdess,
}
