//! Audacity's labels.

use crate::Segment;
use crate::check::{filled, segment};
use crate::entry::Entry;
use crate::error::Fault;
use crate::time::{is_time, seconds};

/// Return whether a line is a label: two times, and maybe a text, with tabs between.
pub(super) fn is_label(line: &str) -> bool {
    let fields: Vec<&str> = line.split('\t').collect();
    matches!(&fields[..], [start, end] | [start, end, _] if is_time(start) && is_time(end))
}

/// Read the labels. A line that begins with a backslash has the frequencies of the label above it.
/// Labels without a length mark a point and are left out.
pub(super) fn read(text: &str) -> Result<Vec<Entry>, Fault> {
    let mut entries = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('\\') {
            continue;
        }
        let mut fields = line.splitn(3, '\t');
        let mut field = || fields.next().unwrap_or_default();
        let (start, end, text) = (field(), field(), field());
        let label = || {
            let (start, end) = (seconds(start)?, seconds(end)?);
            (start != end).then(|| segment(start, end)).transpose()
        };
        let part = label().map_err(|fault| fault.at(number as u64 + 1))?;
        entries.extend(part.map(|part| Entry {
            segment: Segment {
                text: filled(text),
                ..part
            },
            ..Entry::default()
        }));
    }
    Ok(entries)
}
