//! scikit-learn's `classification_report`, byte for byte.

use crate::scores::{mean, sum};
use crate::{ClassScores, ConfusionMatrix};

/// Return the text of scikit-learn's
/// `classification_report(y_true, y_pred, target_names=…, digits=…, zero_division=0)`.
///
/// A class has a row if it occurs in the truth or among the predictions, and *macro avg* is the
/// mean over the rows. Its recall is therefore below UAR if a class without clips was predicted.
/// `digits` is the number of decimals, 2 by scikit-learn's default. Numbers are fractions in 0..=1.
///
/// There is one difference: if no prediction is correct, scikit-learn (1.9) prints the support with
/// a decimal point, and this function does not.
pub fn classification_report(matrix: &ConfusionMatrix, digits: usize) -> String {
    let mut classes = matrix.per_class();
    classes.retain(|class| class.occurs());
    let longest = classes
        .iter()
        .map(|class| class.label.chars().count())
        .max()
        .unwrap_or(0);
    let width = longest.max("weighted avg".len()).max(digits);
    let row = |name: &str, [precision, recall, f1]: [f64; 3], support: usize| {
        format!(
            "{name:>width$}  {precision:>9.digits$} {recall:>9.digits$} {f1:>9.digits$} \
             {support:>9}\n"
        )
    };

    let mut text = format!(
        "{:>width$}  {:>9} {:>9} {:>9} {:>9}\n\n",
        "", "precision", "recall", "f1-score", "support"
    );
    for class in &classes {
        text += &row(
            &class.label,
            [class.precision, class.recall, class.f1],
            class.support,
        );
    }
    let clips = matrix.total();
    let columns = [
        classes
            .iter()
            .map(|class| class.precision)
            .collect::<Vec<_>>(),
        classes.iter().map(|class| class.recall).collect(),
        classes.iter().map(|class| class.f1).collect(),
    ];
    let weighted = |column: &[f64]| {
        let weigh = |(class, value): (&ClassScores, &f64)| value * class.support as f64;
        let products: Vec<f64> = classes.iter().zip(column).map(weigh).collect();
        if clips == 0 {
            0.0
        } else {
            sum(&products) / clips as f64
        }
    };
    text += &format!(
        "\n{:>width$}  {:>9} {:>9} {:>9.digits$} {clips:>9}\n",
        "accuracy",
        "",
        "",
        matrix.scores().wa
    );
    text += &row(
        "macro avg",
        columns.each_ref().map(|column| mean(column)),
        clips,
    );
    text += &row(
        "weighted avg",
        columns.each_ref().map(|column| weighted(column)),
        clips,
    );
    text
}
