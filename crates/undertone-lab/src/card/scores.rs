//! What a card says of the scores of a report.

use undertone_metrics::{Evaluation, RegressionEvaluation, Score, SetEvaluation};

use super::markdown::inline;

/// A score for the Hub, under the name of Hugging Face's `evaluate`.
#[derive(Debug, Clone, PartialEq)]
pub struct CardMetric {
    /// The type, for instance `recall`.
    pub kind: &'static str,
    /// The name for people.
    pub name: String,
    /// The score.
    pub value: f64,
    /// Whether it is the mean over the classes.
    pub macro_average: bool,
}

/// How a card shows the scores of a set. Each kind of scores implements it.
pub trait CardScores: SetEvaluation {
    /// The types of the metrics.
    const METRICS: &'static [&'static str];

    /// Return the scores for the Hub.
    fn metrics(&self) -> Vec<CardMetric>;

    /// Return a table of the scores with their intervals, and what is above it. `protocol` is the
    /// protocol's name.
    fn score_table(&self, protocol: &str) -> String;

    /// Return what stands before the number of speakers in the caption of their table.
    fn unit() -> &'static str;

    /// Return a table of the speakers with their scores.
    fn speaker_table(&self) -> String;
}

impl CardScores for Evaluation {
    const METRICS: &'static [&'static str] = &["accuracy", "recall", "f1"];

    fn metrics(&self) -> Vec<CardMetric> {
        [
            ("accuracy", "WA (accuracy)", self.wa.value, false),
            ("recall", "UAR (mean recall)", self.uar.value, true),
            ("f1", "macro F1", self.macro_f1.value, true),
        ]
        .map(|(kind, name, value, macro_average)| CardMetric {
            kind,
            name: name.to_owned(),
            value,
            macro_average,
        })
        .into()
    }

    fn score_table(&self, protocol: &str) -> String {
        let cell = |score: &Score| with_interval(score, 100.0, 1);
        format!(
            "In %, with 95 % intervals:\n\n\
             | protocol | WA | UAR | macro F1 |\n| --- | --- | --- | --- |\n\
             | `{protocol}` | {} | {} | {} |\n\n",
            cell(&self.wa),
            cell(&self.uar),
            cell(&self.macro_f1),
        )
    }

    fn unit() -> &'static str {
        ", in %"
    }

    fn speaker_table(&self) -> String {
        let mut text = "| speaker | clips | WA | UAR |\n| --- | --- | --- | --- |\n".to_owned();
        for speaker in &self.by_speaker {
            text += &format!(
                "| {} | {} | {:.1} | {:.1} |\n",
                inline(&speaker.name),
                speaker.n,
                100.0 * speaker.wa,
                100.0 * speaker.uar
            );
        }
        text
    }
}

impl CardScores for RegressionEvaluation {
    const METRICS: &'static [&'static str] = &["ccc", "pearsonr", "rmse", "mae"];

    fn metrics(&self) -> Vec<CardMetric> {
        let of_dimension = |(name, kind, dimension, value): (&str, _, &str, f64)| CardMetric {
            kind,
            name: format!("{name}, {dimension}"),
            value,
            macro_average: false,
        };
        self.dimensions
            .iter()
            .flat_map(|it| {
                [
                    ("CCC", "ccc", &*it.dimension, it.ccc.value),
                    ("Pearson's r", "pearsonr", &*it.dimension, it.pearson.value),
                    ("RMSE", "rmse", &*it.dimension, it.rmse.value),
                    ("MAE", "mae", &*it.dimension, it.mae.value),
                ]
            })
            .map(of_dimension)
            .collect()
    }

    fn score_table(&self, protocol: &str) -> String {
        let mut text = "With 95 % intervals; RMSE and MAE are in the corpus's unit:\n\n\
             | protocol | dimension | CCC | Pearson's r | RMSE | MAE |\n\
             | --- | --- | --- | --- | --- | --- |\n"
            .to_owned();
        for it in &self.dimensions {
            let [ccc, pearson, rmse, mae] =
                [&it.ccc, &it.pearson, &it.rmse, &it.mae].map(|score| with_interval(score, 1.0, 3));
            let dimension = inline(&it.dimension);
            text +=
                &format!("| `{protocol}` | {dimension} | {ccc} | {pearson} | {rmse} | {mae} |\n");
        }
        text.push('\n');
        text
    }

    fn unit() -> &'static str {
        ""
    }

    fn speaker_table(&self) -> String {
        let targets = self.targets();
        let heads: String = targets
            .iter()
            .map(|name| format!(" CCC {0} | RMSE {0} |", inline(name)))
            .collect();
        let rule = " --- |".repeat(2 * targets.len());
        let mut text = format!("| speaker | clips |{heads}\n| --- | --- |{rule}\n");
        for speaker in &self.by_speaker {
            let cells: String = speaker
                .scores
                .iter()
                .map(|it| format!(" {:.3} | {:.3} |", it.ccc, it.rmse))
                .collect();
            text += &format!("| {} | {} |{cells}\n", inline(&speaker.name), speaker.n);
        }
        text
    }
}

fn with_interval(score: &Score, scale: f64, decimals: usize) -> String {
    let [value, low, high] =
        [score.value, score.interval.low, score.interval.high].map(|value| scale * value);
    format!("{value:.decimals$} ({low:.decimals$}–{high:.decimals$})")
}
