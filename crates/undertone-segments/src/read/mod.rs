//! Reading segments, whatever program wrote them.

mod audacity;
mod chosen;
mod columns;
mod cue_text;
mod elan;
mod elan_table;
mod kind;
mod rttm;
mod srt;
mod table;
mod text_grid;
mod tokens;
mod web_vtt;

use std::fs::File;
use std::io::Read;
use std::path::Path;

pub use chosen::Choice;

use crate::decode::decode;
use crate::error::Fault;
use crate::{Segment, SegmentError, SegmentFault};
use kind::Kind;

/// The most bytes of a file: weeks of word by word annotation.
const MOST_BYTES: u64 = 256 << 20;

/// Read the segments of a file, sorted by their start. Its content decides about the format.
///
/// # Errors
/// If the file cannot be read or is in no known format, if a segment is none, if there are none,
/// or if they belong to several recordings.
pub fn read(path: &Path) -> Result<Vec<Segment>, SegmentError> {
    read_chosen(path, Choice::default())
}

/// Read the segments of one recording or one tier of a file, sorted by their start.
///
/// # Errors
/// As [`read`]; also if the file names recordings or tiers, and the chosen one is none of them.
pub fn read_chosen(path: &Path, choice: Choice<'_>) -> Result<Vec<Segment>, SegmentError> {
    segments(path, choice).map_err(|fault| SegmentError {
        path: path.to_owned(),
        line: fault.line,
        fault: fault.kind,
    })
}

fn segments(path: &Path, choice: Choice<'_>) -> Result<Vec<Segment>, Fault> {
    let text = decode(&bytes(path)?)?;
    if text.trim().is_empty() {
        return Err(SegmentFault::Empty.into());
    }
    let entries = match Kind::of(path, &text) {
        Kind::WebVtt => web_vtt::read(&text),
        Kind::Srt => srt::read(&text),
        Kind::TextGrid => text_grid::read(&text),
        Kind::Elan => elan::read(&text),
        Kind::Rttm => rttm::read(&text),
        Kind::Table => table::read(&text),
    }?;
    let mut segments = choice.of(entries)?;
    segments.sort_by(|a, b| a.start.total_cmp(&b.start));
    match segments.is_empty() {
        true => Err(SegmentFault::NoSegments.into()),
        false => Ok(segments),
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, SegmentFault> {
    let mut bytes = Vec::new();
    let mut file = File::open(path)?.take(MOST_BYTES + 1);
    file.read_to_end(&mut bytes)?;
    match bytes.len() as u64 > MOST_BYTES {
        true => Err(SegmentFault::TooLarge {
            limit: MOST_BYTES >> 20,
        }),
        false if bytes.starts_with(b"ooBinaryFile") => Err(SegmentFault::BinaryTextGrid),
        false => Ok(bytes),
    }
}
