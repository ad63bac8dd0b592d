//! The scores of classes as text.

use crate::tables::{columns, group_table, percent};
use crate::{
    Evaluation, GroupScores, Score, Scores, SetText, classification_report, confusion_table,
};

impl SetText for Evaluation {
    const UNIT: &'static str = " in %";
    const MAIN_SCORE: &'static str = "UAR";
    const LEGEND: &'static str =
        "CE: mean cross-entropy, nats. ECE: expected calibration error in %, 15 bins.\n";

    fn targets_line(&self, scheme: &str) -> String {
        let classes = self.confusion.labels().len();
        format!("Label scheme  {scheme} ({classes} classes)")
    }

    fn score_table(sets: &[(&str, &Self)]) -> String {
        let head = [
            "", "clips", "speakers", "WA", "UAR", "macro F1", "CE", "ECE",
        ];
        let mut rows = vec![head.map(String::from).to_vec()];
        rows.extend(sets.iter().map(|(name, set)| score_row(name, set)));
        columns(&rows, "")
    }

    fn in_full(&self) -> Vec<(String, String)> {
        vec![(
            format!("classification report, {} clips", self.n),
            classification_report(&self.confusion, 2),
        )]
    }

    fn details(&self) -> Vec<(String, String)> {
        let mut parts = vec![(
            "confusion matrix, clips and % of the row".to_owned(),
            confusion_table(&self.confusion),
        )];
        if !self.by_corpus.is_empty() {
            parts.push((
                "by corpus, in %".to_owned(),
                groups("corpus", &self.by_corpus),
            ));
        }
        if !self.by_gender.is_empty() {
            parts.push((
                "by gender, in %".to_owned(),
                groups("gender", &self.by_gender),
            ));
        }
        let mut speakers = groups("speaker", &self.by_speaker);
        let by_uar = |a: &&GroupScores, b: &&GroupScores| a.uar.total_cmp(&b.uar);
        let low = self.by_speaker.iter().min_by(by_uar);
        if let (Some(low), Some(high)) = (low, self.by_speaker.iter().max_by(by_uar)) {
            speakers += &format!(
                "UAR from {} % (speaker {}) to {} % (speaker {}).\n",
                percent(low.uar),
                low.name,
                percent(high.uar),
                high.name
            );
        }
        parts.push(("by speaker, in %".to_owned(), speakers));
        parts
    }

    fn main_score(&self) -> String {
        percent(self.uar.value)
    }

    fn fold_heads(&self) -> Vec<String> {
        ["WA", "UAR", "macro F1"].map(String::from).into()
    }

    fn fold_cells(scores: &Scores) -> Vec<String> {
        [scores.wa, scores.uar, scores.macro_f1].map(percent).into()
    }
}

fn groups(what: &str, groups: &[GroupScores]) -> String {
    let row = |group: &GroupScores| {
        let cells = vec![percent(group.wa), percent(group.uar)];
        (group.name.clone(), group.n, cells)
    };
    let rows: Vec<_> = groups.iter().map(row).collect();
    group_table(what, &["WA", "UAR"].map(String::from), &rows)
}

fn score_row(name: &str, set: &Evaluation) -> Vec<String> {
    let with_interval = |score: &Score| {
        let Score { value, interval } = score;
        format!(
            "{} ({}–{})",
            percent(*value),
            percent(interval.low),
            percent(interval.high)
        )
    };
    vec![
        name.into(),
        set.n.to_string(),
        set.by_speaker.len().to_string(),
        with_interval(&set.wa),
        with_interval(&set.uar),
        with_interval(&set.macro_f1),
        format!("{:.3}", set.cross_entropy),
        percent(set.calibration_error),
    ]
}
