//! The scores of dimensions as text.

use crate::tables::{columns, group_table, significant};
use crate::{
    DimensionScores, RegressionEvaluation, RegressionGroup, RegressionScores, Score, SetEvaluation,
    SetText, mean_ccc,
};

impl SetText for RegressionEvaluation {
    const UNIT: &'static str = "";
    const MAIN_SCORE: &'static str = "CCC";
    const LEGEND: &'static str = "CCC: concordance correlation coefficient (Lin 1989). RMSE and MAE are in the \
         unit of the truth.\n";

    fn targets_line(&self, _scheme: &str) -> String {
        format!("Dimensions    {}", self.targets().join(", "))
    }

    fn score_table(sets: &[(&str, &Self)]) -> String {
        let head = ["", "clips", "speakers", "CCC", "Pearson's r", "RMSE", "MAE"];
        let mut rows = vec![head.map(String::from).to_vec()];
        let names = sets.first().map_or(Vec::new(), |(_, set)| set.targets());
        for (index, dimension) in names.iter().enumerate() {
            rows.push(vec![(*dimension).to_owned()]);
            let scored = sets
                .iter()
                .filter_map(|(name, set)| Some((name, set, set.dimensions.get(index)?)));
            rows.extend(scored.map(|(name, set, scores)| score_row(name, set, scores)));
        }
        columns(&rows, "")
    }

    fn in_full(&self) -> Vec<(String, String)> {
        let head = ["", "true mean", "deviation", "predicted mean", "deviation"];
        let mut rows = vec![head.map(String::from).to_vec()];
        rows.extend(self.dimensions.iter().map(|it| {
            let mut row = vec![it.dimension.clone()];
            let spreads = [
                it.truth.mean,
                it.truth.std,
                it.predicted.mean,
                it.predicted.std,
            ];
            row.extend(spreads.map(significant));
            row
        }));
        vec![(format!("values, {} clips", self.n), columns(&rows, ""))]
    }

    fn details(&self) -> Vec<(String, String)> {
        let names = self.targets();
        let mut parts = Vec::new();
        for (what, scores) in [
            ("corpus", &self.by_corpus),
            ("gender", &self.by_gender),
            ("speaker", &self.by_speaker),
        ] {
            if !scores.is_empty() {
                parts.push((format!("by {what}"), groups(what, &names, scores)));
            }
        }
        parts
    }

    fn main_score(&self) -> String {
        correlation(mean_ccc(&self.averaged()))
    }

    fn fold_heads(&self) -> Vec<String> {
        score_heads(&self.targets())
    }

    fn fold_cells(scores: &Vec<RegressionScores>) -> Vec<String> {
        score_cells(scores)
    }
}

/// Return the heads of [`score_cells`].
fn score_heads(dimensions: &[&str]) -> Vec<String> {
    match dimensions {
        [_] => vec!["CCC".to_owned(), "RMSE".to_owned()],
        several => several.iter().map(|name| format!("CCC {name}")).collect(),
    }
}

/// Return CCC and RMSE of a single dimension, or the CCC of each.
fn score_cells(scores: &[RegressionScores]) -> Vec<String> {
    match scores {
        [only] => vec![correlation(only.ccc), significant(only.rmse)],
        several => several.iter().map(|it| correlation(it.ccc)).collect(),
    }
}

fn groups(what: &str, dimensions: &[&str], groups: &[RegressionGroup]) -> String {
    let row = |group: &RegressionGroup| (group.name.clone(), group.n, score_cells(&group.scores));
    let rows: Vec<_> = groups.iter().map(row).collect();
    group_table(what, &score_heads(dimensions), &rows)
}

fn score_row(name: &str, set: &RegressionEvaluation, scores: &DimensionScores) -> Vec<String> {
    let with_interval = |score: &Score, show: fn(f64) -> String| {
        let Score { value, interval } = score;
        format!(
            "{} ({}–{})",
            show(*value),
            show(interval.low),
            show(interval.high)
        )
    };
    vec![
        format!("  {name}"),
        set.n.to_string(),
        set.by_speaker.len().to_string(),
        with_interval(&scores.ccc, correlation),
        with_interval(&scores.pearson, correlation),
        with_interval(&scores.rmse, significant),
        significant(scores.mae.value),
    ]
}

/// Return a correlation with two decimals.
fn correlation(value: f64) -> String {
    format!("{value:.2}")
}

#[cfg(test)]
mod tests {
    use crate::{DimensionPrediction, FoldReport, LeakageSummary, RegressionEvaluation, Report};

    fn report(dimensions: &[&str], folds: usize) -> Report<RegressionEvaluation> {
        let names: Vec<String> = dimensions.iter().map(|name| (*name).to_owned()).collect();
        let clips = |fold: usize| -> Vec<DimensionPrediction> {
            (0..60)
                .map(|clip| DimensionPrediction {
                    utterance: format!("{fold}/{clip}.wav"),
                    corpus: String::new(),
                    speaker: format!("{}", 1001 + 3 * fold + clip % 3),
                    gender: Some(if clip % 3 == 0 { "female" } else { "male" }.to_owned()),
                    truth: vec![30.0 + (clip % 11) as f64; names.len()],
                    predicted: vec![31.0 + (clip % 7) as f64; names.len()],
                })
                .collect()
        };
        let evaluate =
            |clips: &[DimensionPrediction]| RegressionEvaluation::new(&names, clips).unwrap();
        let fold = |fold: usize| FoldReport {
            name: format!("fold-{}", fold + 1),
            train: Some(evaluate(&clips(fold + 10))),
            validation: None,
            test: evaluate(&clips(fold)),
            best_epoch: Some(3),
            leakage: LeakageSummary {
                test_clips_with_copy_in_training: Some(0),
                test_clips: 60,
                ..LeakageSummary::default()
            },
            adaptation: Vec::new(),
            test_speakers: vec!["1001".to_owned()],
        };
        let all: Vec<_> = (0..folds).flat_map(clips).collect();
        let folds = (0..folds).map(fold).collect();
        Report::new(
            "speakers (5 folds)",
            "r",
            "dimensions",
            folds,
            evaluate(&all),
        )
        .unwrap()
    }

    #[test]
    fn lines_fit_for_one_fold_and_for_several() {
        for (dimensions, folds) in [(&["intensity"][..], 1), (&["arousal", "valence"], 4)] {
            let report = report(dimensions, folds);
            let text = report.to_text();
            for line in text.lines() {
                assert!(line.chars().count() <= 100, "{line}");
                assert_eq!(line.trim_end(), line);
            }
            assert!(text.contains(&format!("Dimensions    {}", dimensions.join(", "))));
            let ccc = report.pooled.dimensions[0].ccc.value;
            assert!(text.contains(&format!("{ccc:.2} (")), "{text}");
            assert!(text.contains("by speaker") && text.contains("by gender"));
        }
    }

    #[test]
    fn a_report_of_dimensions_is_the_same_after_json() {
        let report = report(&["arousal", "valence"], 3);
        let json = report.to_json().unwrap();
        let read: Report<RegressionEvaluation> = serde_json::from_str(&json).unwrap();
        assert_eq!(read.to_text(), report.to_text());
        assert!((report.mean[0].ccc - report.folds[0].test.dimensions[0].ccc.value).abs() < 0.2);
        assert_eq!(report.std.as_ref().unwrap().len(), 2);
    }
}
