//! WebVTT subtitles.

use std::io::{self, Write};

use super::caption::{clock, subtitle, voice};
use crate::LabeledSegment;

pub(super) fn write(segments: &[LabeledSegment], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "WEBVTT\n")?;
    for labeled in segments {
        let Some(subtitle) = subtitle(labeled) else {
            continue;
        };
        let [start, end] = [labeled.segment.start, labeled.segment.end].map(|it| clock(it, '.'));
        writeln!(out, "{start} --> {end}")?;
        if let Some(voice) = voice(labeled) {
            write!(out, "<v {}>", escaped(&voice))?;
        }
        writeln!(out, "{}\n", escaped(&subtitle))?;
    }
    Ok(())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
