//! SubRip subtitles.

use std::io::{self, Write};

use super::caption::{answer, said, voice};
use crate::LabeledSegment;
use crate::time::Clock;

pub(super) fn write(segments: &[LabeledSegment], out: &mut dyn Write) -> io::Result<()> {
    let mut number = 0;
    for labeled in segments {
        let lines: Vec<String> = [answer(labeled), said(labeled)]
            .into_iter()
            .flatten()
            .collect();
        if lines.is_empty() {
            continue;
        }
        number += 1;
        let [start, end] = [labeled.segment.start, labeled.segment.end].map(clock);
        writeln!(out, "{number}\n{start} --> {end}")?;
        if let Some(voice) = voice(labeled) {
            write!(out, "{}: ", arrowless(&voice))?;
        }
        writeln!(out, "{}\n", arrowless(&lines.join("\n")))?;
    }
    Ok(())
}

fn clock(seconds: f64) -> String {
    let clock = Clock::of(seconds);
    let Clock {
        hours,
        minutes,
        seconds,
        milliseconds,
    } = clock;
    format!("{hours:02}:{minutes:02}:{seconds:02},{milliseconds:03}")
}

/// Return a text that no reader takes for a line of times.
fn arrowless(text: &str) -> String {
    text.replace("-->", "→")
}
