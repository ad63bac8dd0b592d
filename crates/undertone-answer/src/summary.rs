//! The shares of a recording's time.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::rounding::three_digits;
use crate::segment::Segment;

/// How a recording's speech divides among the most probable sums of its segments, or among their
/// labels if there are no sums.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Seconds of speech in all segments.
    pub speech_seconds: f64,
    /// The share of these seconds, 0 to 1, by name. Names without a share are left out.
    pub shares: BTreeMap<String, f64>,
    /// The start and the end in seconds of the part of the recording that each name rules: where
    /// its seconds exceed those of all others together by most.
    pub mostly: BTreeMap<String, [f64; 2]>,
}

impl Summary {
    /// Sum up segments, which are in order of their starts.
    pub fn of(segments: &[Segment]) -> Self {
        let spoken: Vec<(&str, &Segment)> = segments
            .iter()
            .filter_map(|segment| Some((segment.coarsest()?, segment)))
            .collect();
        let length = |segment: &Segment| (segment.end - segment.start).max(0.0);
        let lengths = spoken.iter().map(|(_, segment)| length(segment));
        // The sum of nothing is -0.
        let speech_seconds = lengths.fold(0.0, |sum, length| sum + length);
        let mut seconds: BTreeMap<&str, f64> = BTreeMap::new();
        for (name, segment) in &spoken {
            *seconds.entry(name).or_default() += length(segment);
        }
        let share = |seconds: f64| three_digits(seconds / speech_seconds.max(f64::MIN_POSITIVE));
        let mostly = seconds.keys().filter_map(|name| {
            let gains = spoken.iter().map(|(of, segment)| match of == name {
                true => length(segment),
                false => -length(segment),
            });
            let (from, to) = richest(gains)?;
            let end = spoken[from..=to].iter().map(|(_, segment)| segment.end);
            let span = [spoken[from].1.start, end.fold(0.0, f64::max)];
            Some(((*name).to_owned(), span.map(three_digits)))
        });
        Self {
            speech_seconds: three_digits(speech_seconds),
            mostly: mostly.collect(),
            shares: seconds
                .iter()
                .map(|(name, seconds)| ((*name).to_owned(), share(*seconds)))
                .collect(),
        }
    }
}

/// Return the first and the last index of the run with the largest sum (Kadane's algorithm).
fn richest(gains: impl Iterator<Item = f64>) -> Option<(usize, usize)> {
    let mut best: Option<(f64, usize, usize)> = None;
    let (mut sum, mut from) = (0.0, 0);
    for (index, gain) in gains.enumerate() {
        if sum <= 0.0 {
            (sum, from) = (0.0, index);
        }
        sum += gain;
        if best.is_none_or(|(most, ..)| sum > most) {
            best = Some((sum, from, index));
        }
    }
    best.map(|(_, from, to)| (from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(start: f64, end: f64, label: Option<&str>) -> Segment {
        Segment {
            start,
            end,
            label: label.map(str::to_owned),
            confidence: None,
            probabilities: None,
            sums: None,
            speech: label.is_some(),
            channel: None,
            speaker: None,
            text: None,
        }
    }

    #[test]
    fn a_summary_tells_shares_and_where_each_is_most() {
        let summary = Summary::of(&[
            segment(0.0, 2.0, Some("sad")),
            segment(2.0, 3.0, Some("happy")),
            segment(4.0, 9.0, Some("sad")),
            segment(9.0, 10.0, None),
            segment(10.0, 12.0, Some("happy")),
        ]);
        assert_eq!(summary.speech_seconds, 10.0);
        assert_eq!(summary.shares["sad"], 0.7);
        assert_eq!(summary.shares["happy"], 0.3);
        assert_eq!(summary.mostly["sad"], [0.0, 9.0]);
        assert_eq!(summary.mostly["happy"], [10.0, 12.0]);
    }

    #[test]
    fn without_speech_there_are_no_shares() {
        let summary = Summary::of(&[segment(0.0, 2.0, None)]);
        assert_eq!(summary, Summary::default());
    }
}
