//! The records of a manifest, with their lines.

use csv::StringRecord;

use super::error::ManifestError;
use super::row::RowError;

/// The most rows with a double quote that does not close. Each makes the reader begin anew, and a
/// file with so many of them is not a CSV.
const MOST_OPEN_QUOTES: usize = 1000;

/// The line of a record, and whether its fields can be used.
pub(super) struct Place {
    pub(super) line: u64,
    pub(super) fields: Result<(), RowError>,
}

/// The records of a text, one after the other.
///
/// A double quote that does not close swallows all rows up to the next quote. So where a record
/// over several lines has another number of fields than the header, or a quote that closes inside a
/// field, only its first line is given up, and the next line is read as a row.
pub(super) struct Records<'t> {
    text: &'t str,
    separator: u8,
    reader: csv::Reader<&'t [u8]>,
    /// Where the reader began, in bytes and lines.
    start: usize,
    start_line: u64,
    open_quotes: usize,
}

impl<'t> Records<'t> {
    /// Return the records of `text` from the byte `start`.
    pub(super) fn new(text: &'t str, separator: u8, start: usize) -> Self {
        Self {
            text,
            separator,
            reader: reader(&text[start..], separator),
            start,
            start_line: 1 + line_breaks(&text[..start]),
            open_quotes: 0,
        }
    }

    /// Read the header. It is empty if there is none.
    pub(super) fn header(&mut self) -> Result<StringRecord, ManifestError> {
        let mut header = StringRecord::new();
        self.reader.read_record(&mut header)?;
        header.trim();
        Ok(header)
    }

    /// Read the next record with any content, which should have the `expected` number of fields.
    /// After the last one, return `None`.
    pub(super) fn next(
        &mut self,
        record: &mut StringRecord,
        expected: usize,
    ) -> Result<Option<Place>, ManifestError> {
        loop {
            if !self.reader.read_record(record)? {
                return Ok(None);
            }
            let (from, line) = self.beginning(record);
            let raw = &self.text[from..self.position()];
            if record.iter().all(|field| field.trim().is_empty()) {
                continue;
            }
            let rest = raw.trim_end_matches(['\r', '\n']);
            let several_lines = rest.contains('\n');
            let fits = fits(record, expected);
            if several_lines && !(fits && quotes_close(rest, self.separator)) {
                self.open_quotes += 1;
                if self.open_quotes > MOST_OPEN_QUOTES {
                    let most = MOST_OPEN_QUOTES;
                    return Err(ManifestError::OpenQuotes { line, most });
                }
                let first_line = rest.find('\n').map_or(rest.len(), |end| end + 1);
                self.start = from + first_line;
                self.start_line = line + 1;
                self.reader = reader(&self.text[self.start..], self.separator);
                let fields = Err(RowError::OpenQuote);
                return Ok(Some(Place { line, fields }));
            }
            let found = record.len();
            let fields = fits.then_some(());
            let fields = fields.ok_or(RowError::Fields { found, expected });
            return Ok(Some(Place { line, fields }));
        }
    }

    /// Return the byte and the line where a record begins. The reader places it before blank lines.
    fn beginning(&self, record: &StringRecord) -> (usize, u64) {
        let position = record.position();
        let byte = position.map_or(0, |position| position.byte());
        let before = self.start + usize::try_from(byte).unwrap_or_default();
        let content = self.text[before..].trim_start_matches(['\r', '\n']);
        let from = self.text.len() - content.len();
        let line = self.start_line + position.map_or(0, |position| position.line() - 1);
        (from, line + line_breaks(&self.text[before..from]))
    }

    /// Return the byte after the record that was read.
    fn position(&self) -> usize {
        let byte = self.reader.position().byte();
        self.start + usize::try_from(byte).unwrap_or_default()
    }
}

fn reader(text: &str, separator: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
}

/// Return whether the record has `expected` fields, or more of which the others are empty.
fn fits(record: &StringRecord, expected: usize) -> bool {
    record.len() >= expected
        && record
            .iter()
            .skip(expected)
            .all(|field| field.trim().is_empty())
}

/// Return whether each quoted field ends at its closing quote. The csv crate lets it go on.
fn quotes_close(record: &str, separator: u8) -> bool {
    let separator = char::from(separator);
    let mut rest = record;
    loop {
        if let Some(mut quoted) = rest.strip_prefix('"') {
            loop {
                let Some(quote) = quoted.find('"') else {
                    return false;
                };
                quoted = &quoted[quote + 1..];
                match quoted.strip_prefix('"') {
                    Some(after) => quoted = after,
                    None => break,
                }
            }
            if !(quoted.is_empty() || quoted.starts_with(separator)) {
                return false;
            }
            rest = quoted;
        }
        match rest.split_once(separator) {
            None => return true,
            Some((_, after)) => rest = after,
        }
    }
}

fn line_breaks(text: &str) -> u64 {
    text.bytes().filter(|&byte| byte == b'\n').count() as u64
}
