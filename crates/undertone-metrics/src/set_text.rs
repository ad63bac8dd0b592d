//! What the text of a report shows of a set.

use crate::SetEvaluation;

/// How a report's text shows the scores of a set. Each kind of scores implements it.
pub trait SetText: SetEvaluation {
    /// What titles say about the unit of the scores, such as `, in %`.
    const UNIT: &'static str;
    /// The name of the score by which folds and groups are compared.
    const MAIN_SCORE: &'static str;
    /// Lines below the scores that explain abbreviations.
    const LEGEND: &'static str;

    /// Return the line of the heading about the classes or the dimensions.
    fn targets_line(&self, scheme: &str) -> String;

    /// Return a table of the scores of named sets with their intervals.
    fn score_table(sets: &[(&str, &Self)]) -> String;

    /// Return titles and texts about all targets of this set.
    fn in_full(&self) -> Vec<(String, String)>;

    /// Return titles and texts about parts of this set, such as its speakers.
    fn details(&self) -> Vec<(String, String)>;

    /// Return the score by which sets are compared.
    fn main_score(&self) -> String;

    /// Return the heads of the columns of [`SetText::fold_cells`].
    fn fold_heads(&self) -> Vec<String>;

    /// Return the scores of a fold, or their mean or deviation.
    fn fold_cells(scores: &Self::Scores) -> Vec<String>;
}
