//! Checks of the callers' data, and short texts for tooltips.

use crate::error::FigureError;
use crate::figure::Frame;

/// Check that two lists that belong together have the same length.
pub(crate) fn same_length(
    frame: &Frame,
    what: &str,
    has: usize,
    needs: usize,
) -> Result<(), FigureError> {
    if has == needs {
        return Ok(());
    }
    Err(FigureError::Mismatch {
        figure: frame.title.clone(),
        what: format!("{what} has {has} values where there are {needs}"),
    })
}

/// Check that a value is finite.
pub(crate) fn finite(frame: &Frame, what: &str, value: f64) -> Result<(), FigureError> {
    if value.is_finite() {
        return Ok(());
    }
    Err(FigureError::Value {
        figure: frame.title.clone(),
        what: what.to_owned(),
        value,
    })
}

/// Check that a value is finite and not negative.
pub(crate) fn count(frame: &Frame, what: &str, value: f64) -> Result<(), FigureError> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    Err(FigureError::Value {
        figure: frame.title.clone(),
        what: what.to_owned(),
        value,
    })
}

/// Format a number for a label or tooltip: integers as they are, others with three digits.
pub(crate) fn short(value: f64) -> String {
    if !value.is_finite() {
        return "unknown".into();
    }
    if value.fract() == 0.0 && value.abs() < 1e9 {
        return format!("{value:.0}").replace('-', "−");
    }
    let magnitude = value.abs().log10().floor();
    let decimals = (2.0 - magnitude).clamp(0.0, 4.0) as usize;
    let value = if decimals == 0 { value.round() } else { value };
    crate::scale::written(value, decimals)
}

/// Return a number of clips in words.
pub(crate) fn clips(count: u64) -> String {
    format!("{count} clip{}", if count == 1 { "" } else { "s" })
}

/// Return a list for an alternative text, cut if it is long.
pub(crate) fn listed(items: impl Iterator<Item = String>) -> String {
    let mut items: Vec<String> = items.take(41).collect();
    if items.len() > 40 {
        items.truncate(39);
        items.push("and more".into());
    }
    items.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_figures() {
        for (value, text) in [
            (117.8413, "118"),
            (81.04, "81.0"),
            (-0.123_456, "−0.123"),
            (12_345.6, "12346"),
            (3.0, "3"),
        ] {
            assert_eq!(short(value), text);
        }
    }
}
