//! Tables as CSV.

use std::io::{self, Write};

use crate::cell::{Cell, Column};

/// Writes CSV. Text that a spreadsheet would take as a formula begins with an apostrophe.
pub(crate) struct CsvWriter<W: Write> {
    csv: csv::Writer<W>,
}

impl<W: Write> CsvWriter<W> {
    /// Write the names of the columns.
    pub(crate) fn new(columns: &[Column], out: W) -> io::Result<Self> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(columns.iter().map(|column| harmless(&column.name)))?;
        Ok(Self { csv })
    }

    /// Write a row, and hand it on at once, so that a reader sees it.
    pub(crate) fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        self.csv.write_record(cells.iter().map(in_words))?;
        self.csv.flush()
    }

    pub(crate) fn finish(self) -> io::Result<W> {
        self.csv.into_inner().map_err(|error| error.into_error())
    }
}

fn in_words(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => harmless(text),
        Cell::Float(number) => number.to_string(),
        Cell::Double(number) => number.to_string(),
        Cell::Integer(number) => number.to_string(),
        Cell::Flag(flag) => flag.to_string(),
    }
}

fn harmless(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}
