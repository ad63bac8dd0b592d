//! WebVTT subtitles.

use std::io::{self, Write};

use super::caption::{answer, said, voice};
use crate::LabeledSegment;
use crate::time::Clock;

pub(super) fn write(segments: &[LabeledSegment], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "WEBVTT\n")?;
    for labeled in segments {
        let lines: Vec<String> = [answer(labeled), said(labeled)]
            .into_iter()
            .flatten()
            .collect();
        if lines.is_empty() {
            continue;
        }
        let [start, end] = [labeled.segment.start, labeled.segment.end].map(clock);
        writeln!(out, "{start} --> {end}")?;
        if let Some(voice) = voice(labeled) {
            write!(out, "<v {}>", escaped(&voice))?;
        }
        writeln!(out, "{}\n", escaped(&lines.join("\n")))?;
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
    format!("{hours:02}:{minutes:02}:{seconds:02}.{milliseconds:03}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
