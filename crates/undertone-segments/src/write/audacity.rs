//! Audacity's label track.

use std::io::{self, Write};

use super::caption::{answer, said, voice};
use crate::LabeledSegment;

pub(super) fn write(segments: &[LabeledSegment], out: &mut dyn Write) -> io::Result<()> {
    for labeled in segments {
        let Some(text) = answer(labeled).or_else(|| said(labeled)) else {
            continue;
        };
        let (start, end) = (labeled.segment.start, labeled.segment.end);
        write!(out, "{start:.6}\t{end:.6}\t")?;
        if let Some(voice) = voice(labeled) {
            write!(out, "{voice}: ")?;
        }
        writeln!(out, "{text}")?;
    }
    Ok(())
}
