//! WebVTT subtitles.

use super::cue_text;
use crate::SegmentFault;
use crate::check::segment;
use crate::entry::Entry;
use crate::error::{Fault, shown};
use crate::time::seconds;

/// Read the cues. Notes, style sheets and regions are left out.
pub(super) fn read(text: &str) -> Result<Vec<Entry>, Fault> {
    let lines: Vec<&str> = text.lines().collect();
    let mut entries = Vec::new();
    let mut position = 0;
    while position < lines.len() {
        let length = lines[position..]
            .iter()
            .take_while(|line| !line.trim().is_empty())
            .count();
        let block = &lines[position..position + length];
        let line = position as u64 + 1;
        // The empty line behind the block.
        position += length + 1;
        if !block.is_empty() && !is_other(block[0]) {
            entries.push(cue(block, line)?);
        }
    }
    Ok(entries)
}

/// Return whether a block with this first line is no cue.
fn is_other(line: &str) -> bool {
    let word = line.split([' ', '\t', ':']).next().unwrap_or_default();
    ["WEBVTT", "NOTE", "STYLE", "REGION"].contains(&word) && !line.contains("-->")
}

/// Read a cue whose first line is `line`: an id, or the times.
fn cue(block: &[&str], line: u64) -> Result<Entry, Fault> {
    let timing = block.iter().take(2).position(|line| line.contains("-->"));
    let Some(timing) = timing else {
        return Err(SegmentFault::Syntax {
            expected: "the times of a cue, such as 00:01.000 --> 00:02.500",
            found: shown(block[0]),
        }
        .at(line));
    };
    let (start, rest) = block[timing].split_once("-->").unwrap_or_default();
    let end = rest.split_whitespace().next().unwrap_or_default();
    let part = || segment(seconds(start)?, seconds(end)?);
    let part = part().map_err(|fault| fault.at(line + timing as u64))?;
    let cue = cue_text::read(&block[timing + 1..], true);
    Ok(Entry {
        segment: crate::Segment {
            text: cue.text,
            speaker: cue.speaker,
            ..part
        },
        ..Entry::default()
    })
}
