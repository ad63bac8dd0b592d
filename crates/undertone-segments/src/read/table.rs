//! Tables: CSV, TSV, and what tools export with tabs.

use csv::{ReaderBuilder, StringRecord};

use super::columns::{Columns, End};
use super::elan_table::ElanRow;
use super::{audacity, columns};
use crate::check::{filled, segment};
use crate::entry::Entry;
use crate::error::{Fault, shown};
use crate::time::{is_time, seconds};
use crate::{Segment, SegmentFault};

/// Read the rows of a table, with or without names of columns.
pub(super) fn read(text: &str) -> Result<Vec<Entry>, Fault> {
    let first = text.lines().find(|line| !line.trim().is_empty());
    let first = first.unwrap_or_default();
    let separator = match (first.contains('\t'), first.contains(';')) {
        (true, _) => b'\t',
        (false, true) => b';',
        (false, false) => b',',
    };
    // Tools do not quote cells between tabs, so a quote is a part of the text.
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .quoting(separator != b'\t')
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    next(&mut reader, &mut record)?;
    if !Columns::are_named_in(&record) {
        return nameless(text, first, separator, &record);
    }
    let columns = Columns::find(&record).map_err(|fault| fault.at(line(text, &record)))?;
    let mut entries = Vec::new();
    while next(&mut reader, &mut record)? {
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let rows = row(&columns, &record).map_err(|fault| fault.at(line(text, &record)))?;
        entries.extend(rows);
    }
    Ok(entries)
}

fn next(reader: &mut csv::Reader<&[u8]>, record: &mut StringRecord) -> Result<bool, Fault> {
    reader.read_record(record).map_err(|error| {
        let line = error.position().map(csv::Position::line);
        Fault {
            line,
            kind: SegmentFault::Io(error.into()),
        }
    })
}

/// Return the line of a row. The reader counts from behind the row before, so the empty lines
/// between are added.
fn line(text: &str, record: &StringRecord) -> u64 {
    let Some(position) = record.position() else {
        return 1;
    };
    let rest = text
        .as_bytes()
        .get(position.byte() as usize..)
        .unwrap_or_default();
    let empty = rest.iter().take_while(|&&byte| byte == b'\n').count();
    position.line() + empty as u64
}

/// Read a table whose first row has values.
fn nameless(
    text: &str,
    first: &str,
    separator: u8,
    record: &StringRecord,
) -> Result<Vec<Entry>, Fault> {
    if separator == b'\t' {
        if audacity::is_label(first) {
            return audacity::read(text);
        }
        // ELAN's rows begin with the name of a tier.
        let begins_with_times = record.iter().take(2).all(is_time);
        if let Some(row) = ElanRow::of(first).filter(|_| !begins_with_times) {
            return row.read(text);
        }
    }
    let times = record.iter().filter(|cell| is_time(cell)).count();
    match (separator, record.len(), times) {
        (b',' | b';', 2 | 3, 2..) if is_time(&record[0]) && is_time(&record[1]) => {
            let columns = Columns::of_positions(record.len());
            let mut reader = ReaderBuilder::new()
                .delimiter(separator)
                .flexible(true)
                .has_headers(false)
                .from_reader(text.as_bytes());
            let mut record = StringRecord::new();
            let mut entries = Vec::new();
            while next(&mut reader, &mut record)? {
                let rows = row(&columns, &record).map_err(|fault| fault.at(line(text, &record)))?;
                entries.extend(rows);
            }
            Ok(entries)
        }
        (_, _, 2..) => Err(SegmentFault::NamelessColumns.at(line(text, record))),
        _ => Err(SegmentFault::Syntax {
            expected: "the names of columns, such as start,end,text",
            found: shown(first),
        }
        .at(line(text, record))),
    }
}

/// Return the segments of a row: one, or one for each tier that has a text.
fn row(columns: &Columns, record: &StringRecord) -> Result<Vec<Entry>, SegmentFault> {
    let cell = |position: usize| record.get(position).unwrap_or_default();
    let optional = |position: Option<usize>| position.and_then(|at| filled(unquoted(cell(at))));
    let time =
        |column: columns::TimeColumn| seconds(cell(column.position)).map(|time| time * column.unit);
    let start = time(columns.start)?;
    let end = match columns.end {
        End::At(end) => time(end)?,
        End::After(duration) => start + time(duration)?,
    };
    let tier = optional(columns.tier);
    let whole = Entry {
        recording: optional(columns.recording),
        tier: tier.clone(),
        segment: Segment {
            text: optional(columns.text),
            speaker: optional(columns.speaker).or(tier),
            channel: optional(columns.channel)
                .as_deref()
                .map(channel)
                .transpose()?,
            ..segment(start, end)?
        },
    };
    if columns.tiers.is_empty() {
        return Ok(vec![whole]);
    }
    let texts = columns.tiers.iter().filter_map(|(position, tier)| {
        Some(Entry {
            recording: whole.recording.clone(),
            tier: Some(tier.clone()),
            segment: Segment {
                text: Some(filled(cell(*position))?),
                speaker: Some(tier.clone()),
                ..whole.segment.clone()
            },
        })
    });
    Ok(texts.collect())
}

/// Return a cell without the quotes around it, which are left where quoting is off.
fn unquoted(cell: &str) -> &str {
    let inner = cell
        .strip_prefix('"')
        .and_then(|cell| cell.strip_suffix('"'));
    inner.unwrap_or(cell)
}

fn channel(text: &str) -> Result<usize, SegmentFault> {
    match text.to_lowercase().as_str() {
        "l" | "left" => return Ok(0),
        "r" | "right" => return Ok(1),
        _ => {}
    }
    let number = text.parse::<u16>().map(usize::from);
    number.map_err(|_| SegmentFault::Channel {
        value: text.chars().take(40).collect(),
    })
}
