//! ELAN's tab-delimited export without names of columns.

use crate::Segment;
use crate::SegmentFault;
use crate::check::{filled, segment};
use crate::entry::Entry;
use crate::error::Fault;
use crate::time::seconds;

/// Where a row has what: `tier participant times… annotation`.
#[derive(Debug, Clone, Copy)]
pub(super) struct ElanRow {
    start: usize,
    end: usize,
    /// How many seconds a unit is.
    unit: f64,
    /// The number of columns.
    columns: usize,
}

/// How a cell states a time.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Style {
    Clock,
    Seconds,
    Milliseconds,
}

impl ElanRow {
    /// Find the columns of a line. ELAN writes the start, the end and the duration each as a clock,
    /// as seconds, as milliseconds, or in several of these.
    pub(super) fn of(line: &str) -> Option<Self> {
        let cells: Vec<&str> = line.split('\t').collect();
        let inner = cells.get(1..cells.len().checked_sub(1)?)?;
        let all = [
            (Style::Clock, 1.0),
            (Style::Seconds, 1.0),
            (Style::Milliseconds, 1e-3),
        ];
        all.into_iter().find_map(|(style, unit)| {
            let mut found = (1..)
                .zip(inner)
                .filter(|(_, cell)| self::style(cell) == Some(style));
            let (start, end) = (found.next()?.0, found.next()?.0);
            Some(Self {
                start,
                end,
                unit,
                columns: cells.len(),
            })
        })
    }

    /// Read the rows.
    pub(super) fn read(self, text: &str) -> Result<Vec<Entry>, Fault> {
        let lines = (1..).zip(text.lines());
        lines
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(number, line)| self.entry(line).map_err(|fault| fault.at(number)))
            .collect()
    }

    fn entry(self, line: &str) -> Result<Entry, SegmentFault> {
        let cells: Vec<&str> = line.splitn(self.columns, '\t').collect();
        let cell = |position: usize| cells.get(position).copied().unwrap_or_default();
        let time = |position| seconds(cell(position)).map(|time| time * self.unit);
        let tier = filled(cell(0));
        let participant = (self.start > 1).then(|| filled(cell(1))).flatten();
        Ok(Entry {
            tier: tier.clone(),
            segment: Segment {
                text: filled(cell(self.columns - 1)),
                speaker: participant.or(tier),
                ..segment(time(self.start)?, time(self.end)?)?
            },
            ..Entry::default()
        })
    }
}

fn style(cell: &str) -> Option<Style> {
    let cell = cell.trim();
    seconds(cell).ok()?;
    if cell.matches(':').count() == 2 {
        return Some(Style::Clock);
    }
    match cell.contains(['.', ',']) {
        true => Some(Style::Seconds),
        false => Some(Style::Milliseconds),
    }
}
