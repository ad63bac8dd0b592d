//! Writing a table in one of the formats.

use std::io::Write;

use crate::cell::{Cell, Column};
use crate::csv_writer::CsvWriter;
use crate::error::TableError;
#[cfg(feature = "parquet")]
use crate::parquet_writer::ParquetWriter;

/// The format of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// Comma-separated values in UTF-8, with the names of the columns first.
    Csv,
    /// Apache Parquet without compression, of optional columns.
    Parquet,
}

/// Writes a table row by row.
pub struct TableWriter<W: Write + Send>(Format<W>);

enum Format<W: Write + Send> {
    Csv(Box<CsvWriter<W>>),
    #[cfg(feature = "parquet")]
    Parquet(Box<ParquetWriter<W>>),
}

impl<W: Write + Send> TableWriter<W> {
    /// Begin a table.
    ///
    /// # Errors
    /// If `out` cannot be written, or this build or these columns make no Parquet.
    pub fn new(format: TableFormat, columns: Vec<Column>, out: W) -> Result<Self, TableError> {
        Ok(Self(match format {
            TableFormat::Csv => Format::Csv(Box::new(CsvWriter::new(&columns, out)?)),
            #[cfg(feature = "parquet")]
            TableFormat::Parquet => Format::Parquet(Box::new(ParquetWriter::new(columns, out)?)),
            #[cfg(not(feature = "parquet"))]
            TableFormat::Parquet => return Err(TableError::NoParquet),
        }))
    }

    /// Write a row with a cell for each column.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn row(&mut self, cells: Vec<Cell>) -> Result<(), TableError> {
        match &mut self.0 {
            Format::Csv(csv) => Ok(csv.row(&cells)?),
            #[cfg(feature = "parquet")]
            Format::Parquet(parquet) => parquet.row(cells),
        }
    }

    /// Write what is left, and return the file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(self) -> Result<W, TableError> {
        match self.0 {
            Format::Csv(csv) => Ok(csv.finish()?),
            #[cfg(feature = "parquet")]
            Format::Parquet(parquet) => parquet.finish(),
        }
    }
}
