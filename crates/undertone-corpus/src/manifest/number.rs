//! Numbers and times as manifests write them.

/// The characters between the whole and the decimals of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decimals {
    /// Only a point.
    Point,
    /// A point or a comma: the fields of the manifest are separated by something else.
    PointOrComma,
}

/// Parse a finite number.
pub(super) fn number(text: &str, decimals: Decimals) -> Option<f64> {
    let comma = decimals == Decimals::PointOrComma && !text.contains('.');
    let value: f64 = match text.split_once(',') {
        Some((whole, rest)) if comma => format!("{whole}.{rest}").parse(),
        _ => text.parse(),
    }
    .ok()?;
    value.is_finite().then_some(value)
}

/// Parse a time, in seconds: a number of seconds, `MM:SS.mmm`, `HH:MM:SS.mmm`, or audformat's (and
/// pandas') `0 days 00:00:01.500000`.
pub(super) fn seconds(text: &str, decimals: Decimals) -> Option<f64> {
    match text.split_once("day") {
        None if text.contains(':') => clock(text, decimals),
        None => number(text, decimals),
        Some((days, rest)) => {
            let days = f64::from(days.trim().parse::<u32>().ok()?);
            let time = rest.strip_prefix('s').unwrap_or(rest).trim();
            let time = if time.is_empty() {
                0.0
            } else {
                clock(time, decimals)?
            };
            Some(days * 86_400.0 + time)
        }
    }
}

fn clock(text: &str, decimals: Decimals) -> Option<f64> {
    let digits = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
    let mut parts = text.rsplit(':');
    let seconds = parts.next().filter(|text| digits(text))?;
    let seconds = number(seconds, decimals).filter(|&seconds| seconds < 60.0)?;
    let minutes: u32 = parts.next().filter(|text| digits(text))?.parse().ok()?;
    let hours: u32 = match parts.next() {
        None => 0,
        Some(hours) => hours
            .parse()
            .ok()
            .filter(|_| digits(hours) && minutes < 60)?,
    };
    parts.next().is_none().then_some(())?;
    Some(f64::from(hours) * 3600.0 + f64::from(minutes) * 60.0 + seconds)
}

#[cfg(test)]
mod tests {
    use super::{Decimals, number, seconds};

    #[test]
    fn a_comma_is_a_decimal_point_where_it_separates_no_fields() {
        assert_eq!(number("1,5", Decimals::PointOrComma), Some(1.5));
        assert_eq!(number("-0.25", Decimals::PointOrComma), Some(-0.25));
        assert_eq!(number("1,5", Decimals::Point), None);
        for text in ["1.000,5", "1,000,5", "1 5", "", "inf", "NaN", "1e999", "a"] {
            assert_eq!(number(text, Decimals::PointOrComma), None, "{text}");
        }
    }

    #[test]
    fn times_are_seconds_clocks_or_audformats() {
        for (text, expected) in [
            ("1.5", 1.5),
            ("1e-3", 0.001),
            ("0 days 00:00:01.500000", 1.5),
            ("0 days", 0.0),
            ("1 days 00:00:00", 86_400.0),
            ("1 day 01:00:00", 90_000.0),
            ("0 days 00:00:00.000000001", 1e-9),
            ("00:01:02.250", 62.25),
            ("01:00:00", 3600.0),
            ("61:02.5", 3662.5),
        ] {
            assert_eq!(seconds(text, Decimals::Point), Some(expected), "{text}");
        }
        assert_eq!(seconds("0:01,5", Decimals::PointOrComma), Some(1.5));
        for text in [
            "-1 days +23:59:59",
            "00:60:00",
            "00:00:60",
            "1:2:3:4",
            "::1",
            "+1:+2",
            "days",
            "1 dayz",
            "1.5 s",
            "inf",
        ] {
            assert_eq!(seconds(text, Decimals::Point), None, "{text}");
        }
    }
}
