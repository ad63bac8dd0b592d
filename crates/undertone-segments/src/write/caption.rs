//! An answer in a few words.

use crate::LabeledSegment;
use crate::check::filled;

/// Return the label with its confidence, such as `happy (62 %)`.
pub(super) fn answer(labeled: &LabeledSegment) -> Option<String> {
    let label = one_line(labeled.label.as_deref()?)?;
    let confidence = labeled
        .confidence
        .filter(|confidence| confidence.is_finite());
    Some(match confidence {
        Some(confidence) => format!("{label} ({:.0} %)", 100.0 * confidence),
        None => label,
    })
}

/// Return what is said, on one line.
pub(super) fn said(labeled: &LabeledSegment) -> Option<String> {
    one_line(labeled.segment.text.as_deref()?)
}

/// Return the speaker, or the channel counted from 1.
pub(super) fn voice(labeled: &LabeledSegment) -> Option<String> {
    let speaker = labeled.segment.speaker.as_deref().and_then(one_line);
    let channel = || {
        Some(format!(
            "channel {}",
            labeled.segment.channel?.saturating_add(1)
        ))
    };
    speaker.or_else(channel)
}

/// Return a text with single spaces between its words.
pub(super) fn one_line(text: &str) -> Option<String> {
    // Other control characters would break the lines of some programs.
    let words = text.split(|char: char| char.is_whitespace() || char.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    filled(&words.join(" "))
}
