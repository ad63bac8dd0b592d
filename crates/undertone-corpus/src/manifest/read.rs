//! Reading a manifest.

use std::collections::HashSet;
use std::path::Path;

use csv::StringRecord;

use super::columns::Columns;
use super::encoding::{Decoded, decode};
use super::error::ManifestError;
use super::note::{ManifestNote, NoteSubject};
use super::number::{Decimals, number};
use super::records::{Place, Records};
use super::role::{ColumnNames, ColumnRole};
use super::row::RowReader;
use super::rows::Rows;
use super::separator;
use crate::{Skipped, Utterance};

/// The most different labels. More are a sign of a wrong column.
const MOST_LABELS: usize = 1000;

/// What a manifest holds.
pub(crate) struct Manifest {
    /// The utterances in the order of their rows.
    pub(crate) utterances: Vec<Utterance>,
    /// The rows that were skipped.
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) notes: Vec<ManifestNote>,
}

/// Read the manifest `bytes` of the file `manifest`. Its paths are relative to `root`.
pub(crate) fn read(
    bytes: &[u8],
    manifest: &Path,
    root: &Path,
    chosen: &ColumnNames,
) -> Result<Manifest, ManifestError> {
    let Decoded { text, windows_1252 } = decode(bytes).ok_or(ManifestError::NotText)?;
    let (separator, start) = separator::find(&text, |name| chosen.contain(name));
    let mut records = Records::new(&text, separator, start);
    let header = records.header()?;
    if header.iter().all(str::is_empty) {
        return Err(ManifestError::Empty);
    }
    let decimals = match separator {
        b',' => Decimals::Point,
        _ => Decimals::PointOrComma,
    };
    let mut columns = Columns::find(&header, chosen)?;
    let mut notes = Vec::new();
    if windows_1252 {
        notes.push(NoteSubject::Windows1252);
    }
    let rows = Records::new(&text, separator, start);
    notes.extend(drop_words(&mut columns, rows, decimals)?);
    columns.check_labels(&header)?;

    let mut reader = RowReader::new(&columns, decimals);
    let mut rows = Rows::new(manifest, root);
    let mut record = StringRecord::new();
    let mut any_row = false;
    while let Some(Place { line, fields }) = records.next(&mut record, header.len())? {
        any_row = true;
        match fields.and_then(|()| reader.row(&record)) {
            Ok(row) => rows.add(row, line),
            Err(reason) => rows.skip(line, reason),
        }
        if reader.labels() > MOST_LABELS {
            let column = columns.emotion.map(|column| column.name);
            return Err(ManifestError::TooManyLabels {
                column: column.unwrap_or_default(),
                most: MOST_LABELS,
            });
        }
    }
    if !any_row {
        return Err(ManifestError::NoRows);
    }
    notes.extend(rows.notes());
    Ok(Manifest {
        notes: notes
            .into_iter()
            .map(|about| ManifestNote {
                manifest: manifest.to_owned(),
                about,
            })
            .collect(),
        utterances: rows.utterances,
        skipped: rows.skipped,
    })
}

/// Drop the columns that have the name of a number and hold none, such as an `intensity` of words.
fn drop_words(
    columns: &mut Columns,
    mut records: Records<'_>,
    decimals: Decimals,
) -> Result<Vec<NoteSubject>, ManifestError> {
    let guessed: Vec<usize> = columns
        .values
        .iter()
        .filter(|value| value.guessed)
        .map(|value| value.column.position)
        .collect();
    let mut open: HashSet<usize> = guessed.into_iter().collect();
    let mut words = HashSet::new();
    let header = records.header()?;
    let mut record = StringRecord::new();
    while !open.is_empty()
        && let Some(Place { fields, .. }) = records.next(&mut record, header.len())?
    {
        if fields.is_err() {
            continue;
        }
        open.retain(|&position| number(record[position].trim(), decimals).is_none());
        let stated = |position: &&usize| !record[**position].trim().is_empty();
        words.extend(open.iter().filter(stated).copied());
    }
    let mut notes = Vec::new();
    columns.values.retain(|value| {
        let position = value.column.position;
        if open.contains(&position) && words.contains(&position) {
            notes.push(NoteSubject::NoNumbers {
                column: value.column.name.clone(),
                role: ColumnRole::Value(value.value.clone()),
            });
        }
        !open.contains(&position)
    });
    Ok(notes)
}
