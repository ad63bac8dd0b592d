//! Scores and probabilities as reports show them.

use undertone_figures::words::in_percent;
use undertone_metrics::{Score, Scores};

/// Return a score in percent with its interval.
pub(crate) fn with_interval(score: &Score) -> String {
    let [value, low, high] = [score.value, score.interval.low, score.interval.high].map(in_percent);
    format!("{value} ({low}–{high})")
}

/// Return a score that is not a share with its interval.
pub(crate) fn score_with_interval(score: &Score, decimals: usize) -> String {
    let (value, interval) = (score.value, score.interval);
    format!(
        "{value:.decimals$} ({:.decimals$}–{:.decimals$})",
        interval.low, interval.high
    )
}

/// Return WA, UAR and macro F1 in percent.
pub(crate) fn three(scores: &Scores) -> [String; 3] {
    [scores.wa, scores.uar, scores.macro_f1].map(in_percent)
}

/// Return a probability as papers print it.
pub(crate) fn p_value(p: f64) -> String {
    if p < 0.0001 {
        "p\u{a0}<\u{a0}0.0001".into()
    } else if p < 0.01 {
        format!("p\u{a0}=\u{a0}{p:.4}")
    } else {
        format!("p\u{a0}=\u{a0}{p:.2}")
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
}
