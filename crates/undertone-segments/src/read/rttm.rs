//! Rich Transcription Time Marked.

use crate::SegmentFault;
use crate::check::{filled, segment};
use crate::entry::Entry;
use crate::error::{Fault, shown};
use crate::time::seconds;

/// Read the lines `SPEAKER recording channel start duration text kind speaker confidence`. Lines of
/// other types are left out.
///
/// Programs write channel 1 when they do not care, so it counts only where there are others.
pub(super) fn read(text: &str) -> Result<Vec<Entry>, Fault> {
    let mut entries = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let at = number as u64 + 1;
        match fields.first() {
            Some(&"SPEAKER") => {
                entries.push(entry(&fields).map_err(|fault| fault.at(at))?);
            }
            Some(kind) if !kind.starts_with(";;") && !TYPES.contains(kind) => {
                return Err(SegmentFault::Syntax {
                    expected: "a line that begins with SPEAKER",
                    found: shown(line),
                }
                .at(at));
            }
            _ => {}
        }
    }
    if entries.iter().all(|entry| entry.segment.channel == Some(0)) {
        for entry in &mut entries {
            entry.segment.channel = None;
        }
    }
    Ok(entries)
}

/// The other types of lines.
const TYPES: [&str; 11] = [
    "SEGMENT",
    "NOSCORE",
    "NO_RT_METADATA",
    "LEXEME",
    "NON-LEX",
    "NON-SPEECH",
    "FILLER",
    "EDIT",
    "IP",
    "SU",
    "SPKR-INFO",
];

fn entry(fields: &[&str]) -> Result<Entry, SegmentFault> {
    let field = |position: usize, expected: &'static str| {
        let field = fields.get(position).copied();
        field.ok_or(SegmentFault::Truncated { expected })
    };
    let optional = |position: usize| {
        let field = fields.get(position).copied().unwrap_or_default();
        filled(field).filter(|field| field != "<NA>")
    };
    let recording = field(1, "the name of the recording")?;
    let start = seconds(field(3, "the start of the segment")?)?;
    let duration = seconds(field(4, "the duration of the segment")?)?;
    Ok(Entry {
        recording: Some(recording.to_owned()),
        segment: crate::Segment {
            text: optional(5),
            speaker: optional(7),
            channel: optional(2).as_deref().map(channel).transpose()?,
            ..segment(start, start + duration)?
        },
        ..Entry::default()
    })
}

/// Return a channel, which RTTM counts from 1. Some programs write 0 for the only one.
fn channel(text: &str) -> Result<usize, SegmentFault> {
    let number = text.parse::<u16>();
    number
        .map(|number| usize::from(number.saturating_sub(1)))
        .map_err(|_| SegmentFault::Channel {
            value: text.chars().take(40).collect(),
        })
}
