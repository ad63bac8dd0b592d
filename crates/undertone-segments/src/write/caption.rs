//! An answer in a few words.

use crate::LabeledSegment;
use crate::check::filled;
use crate::time::Clock;

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

/// Return the lines of a subtitle: the answer, and what is said. `None` if there is neither.
pub(super) fn subtitle(labeled: &LabeledSegment) -> Option<String> {
    let lines = [answer(labeled), said(labeled)].into_iter().flatten();
    let lines: Vec<String> = lines.collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Return a time as subtitles write it, with this sign before the milliseconds.
pub(super) fn clock(seconds: f64, point: char) -> String {
    let Clock {
        hours,
        minutes,
        seconds,
        milliseconds,
    } = Clock::of(seconds);
    format!("{hours:02}:{minutes:02}:{seconds:02}{point}{milliseconds:03}")
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
