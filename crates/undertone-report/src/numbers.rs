//! Numbers as pages show them.

use undertone_metrics::{Score, Scores};

/// A fraction as a percentage with one decimal.
pub(crate) fn percent(fraction: f64) -> String {
    format!("{:.1}", 100.0 * fraction)
}

/// A score in percent with its interval.
pub(crate) fn with_interval(score: &Score) -> String {
    let [value, low, high] = [score.value, score.interval.low, score.interval.high].map(percent);
    format!("{value} ({low}–{high})")
}

/// WA, UAR and macro F1 in percent.
pub(crate) fn three(scores: &Scores) -> [String; 3] {
    [scores.wa, scores.uar, scores.macro_f1].map(percent)
}

/// A probability as papers print it.
pub(crate) fn p_value(p: f64) -> String {
    if p < 0.0001 {
        "p\u{a0}<\u{a0}0.0001".into()
    } else if p < 0.01 {
        format!("p\u{a0}=\u{a0}{p:.4}")
    } else {
        format!("p\u{a0}=\u{a0}{p:.2}")
    }
}

/// A number of things, with its noun.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// A length of time in the unit that suits it.
pub(crate) fn duration(seconds: f64) -> String {
    if seconds < 90.0 {
        format!("{seconds:.1} s")
    } else if seconds < 5400.0 {
        format!("{:.1} min", seconds / 60.0)
    } else {
        format!("{:.1} h", seconds / 3600.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_never_printed_as_zero() {
        assert_eq!(p_value(0.0), "p\u{a0}<\u{a0}0.0001");
        assert_eq!(p_value(0.0034), "p\u{a0}=\u{a0}0.0034");
        assert_eq!(p_value(0.51), "p\u{a0}=\u{a0}0.51");
    }

    #[test]
    fn times_have_a_unit_that_suits_them() {
        assert_eq!(duration(3.04), "3.0 s");
        assert_eq!(duration(600.0), "10.0 min");
        assert_eq!(duration(9000.0), "2.5 h");
    }
}
