//! SubRip subtitles.

use super::cue_text;
use crate::SegmentFault;
use crate::check::segment;
use crate::entry::Entry;
use crate::error::{Fault, shown};
use crate::time::seconds;

/// Read the subtitles. The number above a time may be missing. Empty lines inside a text are
/// allowed, as only a line with `-->` begins a subtitle.
pub(super) fn read(text: &str) -> Result<Vec<Entry>, Fault> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let timings: Vec<usize> = (0..lines.len())
        .filter(|&line| lines[line].contains("-->"))
        .collect();
    let first = timings.first().copied().unwrap_or(lines.len());
    for (line, text) in lines[..first].iter().enumerate() {
        if !text.is_empty() && !is_number(text) {
            return Err(SegmentFault::Syntax {
                expected: "the number of a subtitle or a line such as \
                           00:00:01,000 --> 00:00:02,500",
                found: shown(text),
            }
            .at(line as u64 + 1));
        }
    }
    let mut entries = Vec::with_capacity(timings.len());
    for (position, &timing) in timings.iter().enumerate() {
        let next = timings.get(position + 1).copied().unwrap_or(lines.len());
        let mut end = next;
        if next < lines.len() && end > timing + 1 && is_number(lines[end - 1]) {
            end -= 1;
        }
        let found = timing_of(lines[timing]);
        let (start, stop) = found.map_err(|fault| fault.at(timing as u64 + 1))?;
        let part = segment(start, stop).map_err(|fault| fault.at(timing as u64 + 1))?;
        let cue = cue_text::read(&lines[timing + 1..end], false);
        entries.push(Entry {
            segment: crate::Segment {
                text: cue.text,
                speaker: cue.speaker,
                ..part
            },
            ..Entry::default()
        });
    }
    Ok(entries)
}

fn is_number(line: &str) -> bool {
    !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit())
}

/// Return the start and the end of `00:00:01,000 --> 00:00:02,500 X1:40`.
fn timing_of(line: &str) -> Result<(f64, f64), SegmentFault> {
    let (start, rest) = line.split_once("-->").unwrap_or((line, ""));
    let end = rest.split_whitespace().next().unwrap_or_default();
    Ok((seconds(start)?, seconds(end)?))
}
