//! Rich Transcription Time Marked.

use std::io::{self, Write};

use super::caption::one_line;
use crate::LabeledSegment;
use crate::time::milliseconds;

/// Write a line for each segment with a label. The name of the speaker is the label, or the speaker
/// and the label, as this name is what tools draw.
pub(super) fn write(
    recording: &str,
    segments: &[LabeledSegment],
    out: &mut dyn Write,
) -> io::Result<()> {
    let recording = word(recording).unwrap_or_else(|| "recording".to_owned());
    for labeled in segments {
        let segment = &labeled.segment;
        let Some(label) = labeled.label.as_deref().and_then(word) else {
            continue;
        };
        let name = match segment.speaker.as_deref().and_then(word) {
            Some(speaker) => format!("{speaker}_{label}"),
            None => label,
        };
        let channel = segment.channel.unwrap_or(0).saturating_add(1);
        let start = milliseconds(segment.start);
        let duration = milliseconds(segment.end).saturating_sub(start);
        let confidence = match labeled.confidence {
            Some(confidence) if confidence.is_finite() => format!("{confidence:.3}"),
            _ => "<NA>".to_owned(),
        };
        writeln!(
            out,
            "SPEAKER {recording} {channel} {}.{:03} {}.{:03} <NA> <NA> {name} {confidence} <NA>",
            start / 1000,
            start % 1000,
            duration / 1000,
            duration % 1000,
        )?;
    }
    Ok(())
}

/// Return a text as one word: fields are divided by spaces.
fn word(text: &str) -> Option<String> {
    one_line(text).map(|text| text.replace(' ', "_"))
}
