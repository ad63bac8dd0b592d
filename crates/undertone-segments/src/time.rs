//! Times as annotation tools write them.

use crate::SegmentFault;

/// Return the seconds of `1.5`, `1,5`, `1.5s`, `01:02.5`, `01:02:03,500` or, as pandas writes it,
/// `0 days 00:00:01.5`.
pub(crate) fn seconds(text: &str) -> Result<f64, SegmentFault> {
    parse(text.trim()).ok_or_else(|| SegmentFault::Time {
        value: text.trim().chars().take(40).collect(),
    })
}

/// Return whether a text is a time.
pub(crate) fn is_time(text: &str) -> bool {
    parse(text.trim()).is_some()
}

fn parse(text: &str) -> Option<f64> {
    let (days, text) = match text.split_once(" days ") {
        Some((days, rest)) => (whole(days)?, rest),
        None => (0.0, text),
    };
    let mut parts = text.split(':').rev();
    let last = parts.next()?;
    let Some(minutes) = parts.next() else {
        return number(last.strip_suffix('s').unwrap_or(last)).map(|time| days * 86_400.0 + time);
    };
    let hours = parts.next().map_or(Some(0.0), whole)?;
    let minutes = whole(minutes)?;
    let seconds = number(last)?;
    let clock = parts.next().is_none() && (0.0..60.0).contains(&seconds) && !last.starts_with('-');
    // Only the first part may be 60 or more.
    let clock = clock && (minutes < 60.0 || text.matches(':').count() == 1);
    clock.then_some(days * 86_400.0 + hours * 3600.0 + minutes * 60.0 + seconds)
}

fn whole(text: &str) -> Option<f64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Return a number, with a point or a comma for its decimals. "inf" and "nan" are no numbers here.
fn number(text: &str) -> Option<f64> {
    let allowed = |byte: u8| byte.is_ascii_digit() || b"+-.,eE".contains(&byte);
    if !text.bytes().all(allowed) || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: f64 = text.replace(',', ".").parse().ok()?;
    value.is_finite().then_some(value)
}

/// A time in whole milliseconds, as subtitles state it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    pub(crate) hours: u64,
    pub(crate) minutes: u64,
    pub(crate) seconds: u64,
    pub(crate) milliseconds: u64,
}

impl Clock {
    /// Round `seconds` to whole milliseconds. A negative time counts as 0.
    pub(crate) fn of(seconds: f64) -> Self {
        let all = milliseconds(seconds);
        Self {
            hours: all / 3_600_000,
            minutes: all / 60_000 % 60,
            seconds: all / 1000 % 60,
            milliseconds: all % 1000,
        }
    }
}

/// Return the nearest whole number of milliseconds. A negative time counts as 0.
pub(crate) fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1000.0).round().max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::{Clock, parse};

    #[test]
    fn times_are_read_in_every_way_of_writing() {
        for (text, seconds) in [
            ("1.5", 1.5),
            ("1,5", 1.5),
            ("1.5s", 1.5),
            ("2e1", 20.0),
            ("-1", -1.0),
            ("01:02.5", 62.5),
            ("90:00", 5400.0),
            ("01:02:03,500", 3723.5),
            ("100:00:00.001", 360_000.001),
            ("0 days 00:00:01.500000", 1.5),
            ("1 days 00:00:01", 86_401.0),
        ] {
            assert_eq!(parse(text), Some(seconds), "{text}");
        }
        for text in [
            "", ".", "nan", "inf", "1:60", "1:99:00", "1:2:3:4", "1:-2", ":1", "1:", "one",
            "1.5.2", "1e999", "0x10",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_clock_rounds_to_milliseconds_and_carries() {
        let clock = Clock::of(3599.9996);
        assert_eq!((clock.hours, clock.minutes), (1, 0));
        assert_eq!((clock.seconds, clock.milliseconds), (0, 0));
        assert_eq!(Clock::of(f64::NAN).milliseconds, 0);
    }
}
