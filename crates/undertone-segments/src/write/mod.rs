//! Writing segments for the tools of the field.

mod audacity;
mod caption;
mod rttm;
mod srt;
mod text_grid;
mod web_vtt;

use std::io::{self, Write};

use crate::{LabeledSegment, SegmentFormat};

/// Write the segments of a recording of `seconds` length.
///
/// `recording` names the recording in RTTM. Where a format has room for one text only, that text
/// is the label with its confidence, or what is said if there is no label. Segments with neither
/// are left out.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(
    format: SegmentFormat,
    recording: &str,
    seconds: f64,
    segments: &[LabeledSegment],
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        SegmentFormat::Srt => srt::write(segments, out),
        SegmentFormat::Vtt => web_vtt::write(segments, out),
        SegmentFormat::TextGrid => text_grid::write(seconds, segments, out),
        SegmentFormat::Audacity => audacity::write(segments, out),
        SegmentFormat::Rttm => rttm::write(recording, segments, out),
    }
}
