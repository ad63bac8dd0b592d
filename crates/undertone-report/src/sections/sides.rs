//! The sets of a report whose scores are listed.

use undertone_metrics::{Report, SetEvaluation};

/// Return the sets with their names: those of the only fold, or all test sets together.
pub(super) fn sides<E: SetEvaluation>(report: &Report<E>) -> Vec<(&'static str, &E)> {
    match report.folds.as_slice() {
        [fold] => {
            let others = [
                ("training", fold.train.as_ref()),
                ("validation", fold.validation.as_ref()),
            ];
            let others = others
                .into_iter()
                .filter_map(|(name, side)| Some((name, side?)));
            std::iter::once(("test", &fold.test))
                .chain(others)
                .collect()
        }
        _ => vec![("all test sets", &report.pooled)],
    }
}
