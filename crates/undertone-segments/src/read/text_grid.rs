//! Praat's TextGrid, in its long and its short text form.

use super::tokens::{Token, Tokens};
use crate::check::{filled, segment};
use crate::entry::Entry;
use crate::error::{Fault, shown};
use crate::{Segment, SegmentFault};

/// Read the intervals that have a text. Empty intervals are the gaps between. Tiers of points are
/// left out.
pub(super) fn read(text: &str) -> Result<Vec<Entry>, Fault> {
    let mut values = Values(Tokens::of(text));
    values.text("\"ooTextFile\"")?;
    let class = values.text("the class \"TextGrid\"")?;
    if class != "TextGrid" {
        return Err(SegmentFault::NotATextGrid { class }.into());
    }
    values.number("the start of the grid")?;
    values.number("the end of the grid")?;
    let tiers = values.count_after_flag()?;
    let mut entries = Vec::new();
    for _ in 0..tiers {
        let class = values.text("\"IntervalTier\" or \"TextTier\"")?;
        let points = match class.as_str() {
            "IntervalTier" => false,
            "TextTier" => true,
            other => {
                return Err(SegmentFault::Syntax {
                    expected: "\"IntervalTier\" or \"TextTier\"",
                    found: shown(other),
                }
                .at(values.0.line()));
            }
        };
        let name = values.text("the name of the tier")?;
        values.number("the start of the tier")?;
        values.number("the end of the tier")?;
        for _ in 0..values.count("the number of intervals or points")? {
            if points {
                values.number("the time of a point")?;
                values.text("the mark of a point")?;
            } else {
                entries.extend(values.interval(&name)?);
            }
        }
    }
    Ok(entries)
}

struct Values<'a>(Tokens<'a>);

impl Values<'_> {
    fn next(&mut self, expected: &'static str) -> Result<Token, Fault> {
        let token = self.0.next()?;
        token.ok_or_else(|| SegmentFault::Truncated { expected }.at(self.0.line()))
    }

    fn wrong(&self, expected: &'static str, token: &Token) -> Fault {
        let found = match token {
            Token::Number(number) => number.to_string(),
            Token::Text(text) => shown(text),
            Token::Flag(flag) => shown(flag),
        };
        SegmentFault::Syntax { expected, found }.at(self.0.line())
    }

    fn text(&mut self, expected: &'static str) -> Result<String, Fault> {
        match self.next(expected)? {
            Token::Text(text) => Ok(text),
            other => Err(self.wrong(expected, &other)),
        }
    }

    fn number(&mut self, expected: &'static str) -> Result<f64, Fault> {
        match self.next(expected)? {
            Token::Number(number) => Ok(number),
            other => Err(self.wrong(expected, &other)),
        }
    }

    fn count(&mut self, expected: &'static str) -> Result<u64, Fault> {
        let count = self.number(expected)?;
        match count >= 0.0 && count.fract() == 0.0 {
            true => Ok(count as u64),
            false => Err(self.wrong(expected, &Token::Number(count))),
        }
    }

    /// Return the number of tiers. Some programs leave out the flag that says that there are any.
    fn count_after_flag(&mut self) -> Result<u64, Fault> {
        match self.next("<exists>")? {
            Token::Flag(flag) if flag == "exists" => self.count("the number of tiers"),
            Token::Flag(flag) if flag == "absent" => Ok(0),
            Token::Number(count) if count >= 0.0 && count.fract() == 0.0 => Ok(count as u64),
            other => Err(self.wrong("<exists> and the number of tiers", &other)),
        }
    }

    fn interval(&mut self, tier: &str) -> Result<Option<Entry>, Fault> {
        let start = self.number("the start of an interval")?;
        let end = self.number("the end of an interval")?;
        let Some(text) = filled(&self.text("the text of an interval")?) else {
            return Ok(None);
        };
        let part = segment(start, end).map_err(|fault| fault.at(self.0.line()))?;
        Ok(Some(Entry {
            tier: Some(tier.to_owned()),
            segment: Segment {
                text: Some(text),
                speaker: filled(tier),
                ..part
            },
            ..Entry::default()
        }))
    }
}
