//! Where results go, and how they look.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

/// The format of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table for people.
    Table,
    /// One JSON object per line.
    Json,
    /// Comma-separated values.
    Csv,
    /// Apache Parquet, for pandas, Polars, DuckDB and R.
    Parquet,
}

impl Format {
    /// Return the format that the ending of a file's name says.
    pub(crate) fn of_name(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "json" | "jsonl" | "ndjson" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            "parquet" => Some(Self::Parquet),
            "txt" => Some(Self::Table),
            _ => None,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// The format of the results [default: what the ending of --out says, or a table].
    #[arg(long, value_name = "F", value_enum)]
    pub(crate) format: Option<Format>,
    /// Short for --format json.
    #[arg(long, conflicts_with = "format")]
    pub(crate) json: bool,
    /// Write the results to a file. It appears under its name when all is done.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Replace the file if it exists.
    #[arg(long, requires = "out")]
    pub(crate) force: bool,
}
