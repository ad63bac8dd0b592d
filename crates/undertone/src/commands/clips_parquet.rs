//! The tables of an evaluation as Parquet.

use std::io::Write;

use anyhow::Context;
use undertone_tables::{Cell, Column, Kind, TableFormat, TableWriter};

/// The columns that hold text. All others hold numbers.
const TEXT: [&str; 7] = [
    "clip",
    "corpus",
    "speaker",
    "gender",
    "true",
    "predicted",
    "condition",
];

/// Write a CSV table that an evaluation made as Parquet.
pub(super) fn write(csv: &str, out: impl Write + Send) -> anyhow::Result<()> {
    let mut lines = csv::Reader::from_reader(csv.as_bytes());
    let kinds: Vec<(String, Kind)> = lines
        .headers()?
        .iter()
        .map(|name| match TEXT.contains(&name) {
            true => (name.to_owned(), Kind::Text),
            false => (name.to_owned(), Kind::Double),
        })
        .collect();
    let columns = kinds.iter().map(|(name, kind)| Column::new(name, *kind));
    let mut table = TableWriter::new(TableFormat::Parquet, columns.collect(), out)?;
    for line in lines.records() {
        let line = line.context("a table of clips is no CSV")?;
        let cells = line.iter().zip(&kinds).map(|(text, (_, kind))| match kind {
            _ if text.is_empty() => Cell::Empty,
            Kind::Text => Cell::text(exact(text)),
            _ => Cell::of(text.parse().ok(), Cell::Double),
        });
        table.row(cells.collect())?;
    }
    table.finish()?;
    Ok(())
}

/// Return text without the apostrophe that keeps a spreadsheet from evaluating it.
fn exact(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => text,
    }
}
