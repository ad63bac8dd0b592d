//! Praat's TextGrid, in its long text form.

use std::collections::HashMap;
use std::io::{self, Write};

use super::caption::{one_line, said, voice};
use crate::LabeledSegment;

/// Times in whole microseconds, so that neighbors share a boundary exactly.
type Micros = u64;

/// A tier: intervals that follow each other.
struct Tier {
    name: String,
    intervals: Vec<(Micros, Micros, String)>,
}

/// Write a tier for each speaker or channel. The intervals of a tier cannot overlap, so segments
/// that do go to a further tier.
pub(super) fn write(
    seconds: f64,
    segments: &[LabeledSegment],
    out: &mut dyn Write,
) -> io::Result<()> {
    let tiers = tiers(segments);
    let ends = tiers.iter().filter_map(|tier| tier.intervals.last());
    // Praat refuses a grid without a length.
    let end = ends
        .map(|&(_, end, _)| end)
        .fold(micros(seconds), Micros::max)
        .max(1);
    writeln!(
        out,
        "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n"
    )?;
    writeln!(out, "xmin = 0 \nxmax = {} \ntiers? <exists> ", shown(end))?;
    writeln!(out, "size = {} \nitem []: ", tiers.len())?;
    for (number, tier) in (1..).zip(tiers) {
        let intervals = filled(tier.intervals, end);
        writeln!(
            out,
            "    item [{number}]:\n        class = \"IntervalTier\" "
        )?;
        writeln!(out, "        name = {} ", quoted(&tier.name))?;
        writeln!(out, "        xmin = 0 \n        xmax = {} ", shown(end))?;
        writeln!(out, "        intervals: size = {} ", intervals.len())?;
        for (number, (start, end, text)) in (1..).zip(intervals) {
            writeln!(out, "        intervals [{number}]:")?;
            writeln!(out, "            xmin = {} ", shown(start))?;
            writeln!(out, "            xmax = {} ", shown(end))?;
            writeln!(out, "            text = {} ", quoted(&text))?;
        }
    }
    Ok(())
}

/// Divide the segments into tiers. Without any, return one empty tier.
fn tiers(segments: &[LabeledSegment]) -> Vec<Tier> {
    let mut order: Vec<&LabeledSegment> = segments.iter().collect();
    order.sort_by(|a, b| a.segment.start.total_cmp(&b.segment.start));
    let mut voices: Vec<Vec<Tier>> = Vec::new();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for labeled in order {
        let label = labeled.label.as_deref().and_then(one_line);
        let text = label.or_else(|| said(labeled)).unwrap_or_default();
        let (start, end) = (micros(labeled.segment.start), micros(labeled.segment.end));
        if start >= end {
            continue;
        }
        let voice = voice(labeled).unwrap_or_else(|| "emotion".to_owned());
        let number = *numbers.entry(voice.clone()).or_insert_with(|| {
            voices.push(Vec::new());
            voices.len() - 1
        });
        let tiers = &mut voices[number];
        let free = |tier: &Tier| {
            tier.intervals
                .last()
                .is_none_or(|&(_, end, _)| end <= start)
        };
        let place = tiers.iter().position(free).unwrap_or_else(|| {
            let name = match tiers.len() {
                0 => voice,
                others => format!("{voice} ({})", others + 1),
            };
            tiers.push(Tier {
                name,
                intervals: Vec::new(),
            });
            tiers.len() - 1
        });
        tiers[place].intervals.push((start, end, text));
    }
    let mut tiers: Vec<Tier> = voices.into_iter().flatten().collect();
    if tiers.is_empty() {
        tiers.push(Tier {
            name: "emotion".to_owned(),
            intervals: Vec::new(),
        });
    }
    tiers
}

/// Fill the gaps with empty intervals, from 0 to `end`.
fn filled(intervals: Vec<(Micros, Micros, String)>, end: Micros) -> Vec<(Micros, Micros, String)> {
    let mut all = Vec::with_capacity(2 * intervals.len() + 1);
    let mut at = 0;
    for (start, end, text) in intervals {
        if at < start {
            all.push((at, start, String::new()));
        }
        all.push((start, end, text));
        at = end;
    }
    if at < end {
        all.push((at, end, String::new()));
    }
    all
}

fn micros(seconds: f64) -> Micros {
    (seconds * 1e6).round().max(0.0) as Micros
}

fn shown(time: Micros) -> String {
    let text = format!("{}.{:06}", time / 1_000_000, time % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
