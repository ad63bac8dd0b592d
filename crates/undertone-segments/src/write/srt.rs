//! SubRip subtitles.

use std::io::{self, Write};

use super::caption::{clock, subtitle, voice};
use crate::LabeledSegment;

pub(super) fn write(segments: &[LabeledSegment], out: &mut dyn Write) -> io::Result<()> {
    let mut number = 0;
    for labeled in segments {
        let Some(subtitle) = subtitle(labeled) else {
            continue;
        };
        number += 1;
        let [start, end] = [labeled.segment.start, labeled.segment.end].map(|it| clock(it, ','));
        writeln!(out, "{number}\n{start} --> {end}")?;
        if let Some(voice) = voice(labeled) {
            write!(out, "{}: ", arrowless(&voice))?;
        }
        writeln!(out, "{}\n", arrowless(&subtitle))?;
    }
    Ok(())
}

/// Return a text that no reader takes for a line of times.
fn arrowless(text: &str) -> String {
    text.replace("-->", "→")
}
