use std::io;

use thiserror::Error;

/// Why a table cannot be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TableError {
    /// The file cannot be written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The columns cannot be those of a Parquet file, such as two of one name.
    #[error("the table cannot be written as Parquet: {0}")]
    Parquet(String),
    /// This build has no Parquet.
    #[error("this build writes no Parquet: build it with the feature `parquet`")]
    NoParquet,
}
