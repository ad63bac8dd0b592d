//! How much worse a model is on degraded recordings.

use std::collections::HashSet;

use serde::Serialize;
use undertone_audio::degrade::Degradation;
use undertone_metrics::{Evaluation, Score};

use super::evaluate::{EvaluationTask, evaluate_model};
use crate::error::LabError;
use crate::run::RunRecord;

/// A model's scores on the same test clips, as recorded and degraded.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Robustness {
    /// How the clips were split.
    pub protocol: String,
    /// The recipe's name.
    pub recipe: String,
    /// The label scheme's name.
    pub label_scheme: String,
    /// One row for the clips as recorded, then one for each degradation. All are of the same clips.
    pub rows: Vec<RobustnessRow>,
    /// The number of test clips that are in no row, because not every condition has them: they fail
    /// under one, or a random split without a clip that fails has others in its test set.
    pub left_out: usize,
    /// The mean UAR drop over the degradations, a fraction.
    pub mean_uar_drop: f64,
}

/// The scores under one condition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RobustnessRow {
    /// `clean`, or the degradation's name.
    pub condition: &'static str,
    /// The condition with its parameters.
    pub description: &'static str,
    /// The number of test clips.
    pub clips: usize,
    /// Accuracy.
    pub wa: Score,
    /// Unweighted average recall.
    pub uar: Score,
    /// Expected calibration error, 0 to 1.
    pub calibration_error: f64,
    /// The UAR of the clips as recorded minus this UAR, a fraction.
    pub uar_drop: f64,
}

/// Evaluate a model on the test clips as recorded, and with each [`Degradation`]. Only clips that
/// are predicted under all conditions are compared. `announce` receives the description of each
/// condition before it is evaluated.
///
/// # Errors
/// As [`evaluate_model`], and if no clip can be predicted under all conditions.
pub fn evaluate_robustness(
    task: &EvaluationTask<'_>,
    announce: &dyn Fn(&str),
) -> Result<Robustness, LabError> {
    let conditions = Degradation::ALL.map(Some);
    let mut records = Vec::new();
    for degradation in [None].into_iter().chain(conditions) {
        let description = degradation.map_or("as recorded", Degradation::description);
        announce(description);
        let record = evaluate_model(&EvaluationTask {
            degradation,
            training_clips: task.training_clips.clone(),
            device: task.device.clone(),
            cache: task.cache.clone(),
            ..*task
        })?;
        records.push((degradation, description, record));
    }
    let clips: Vec<HashSet<TestClip<'_>>> = records
        .iter()
        .map(|(_, _, record)| test_clips(record).collect())
        .collect();
    let in_all: HashSet<TestClip<'_>> = match clips.split_first() {
        Some((first, rest)) => first
            .iter()
            .filter(|clip| rest.iter().all(|clips| clips.contains(*clip)))
            .copied()
            .collect(),
        None => HashSet::new(),
    };
    let any: HashSet<&TestClip<'_>> = clips.iter().flatten().collect();
    let mut rows: Vec<RobustnessRow> = Vec::new();
    for (degradation, description, record) in &records {
        let evaluation = evaluation_of(record, &in_all)?;
        let clean = rows
            .first()
            .map_or(evaluation.uar.value, |row| row.uar.value);
        rows.push(row(*degradation, description, &evaluation, clean));
    }
    let report = records
        .first()
        .and_then(|(_, _, record)| record.report.as_ref());
    let (protocol, recipe, label_scheme) = report
        .map(|it| {
            (
                it.protocol.clone(),
                it.recipe.clone(),
                it.label_scheme.clone(),
            )
        })
        .unwrap_or_default();
    let drops = rows.iter().skip(1).map(|row| row.uar_drop);
    Ok(Robustness {
        protocol,
        recipe,
        label_scheme,
        left_out: any.len() - in_all.len(),
        mean_uar_drop: drops.sum::<f64>() / Degradation::ALL.len() as f64,
        rows,
    })
}

/// The name of a fold and of a clip of its test set.
type TestClip<'a> = (&'a str, &'a str);

fn test_clips(record: &RunRecord) -> impl Iterator<Item = TestClip<'_>> {
    record.folds.iter().flat_map(|fold| {
        let test = fold.predictions.iter().flat_map(|it| &it.test);
        test.map(|clip| (fold.name.as_str(), clip.utterance.as_str()))
    })
}

/// Evaluate the predictions of some test clips.
fn evaluation_of(
    record: &RunRecord,
    clips: &HashSet<TestClip<'_>>,
) -> Result<Evaluation, LabError> {
    let predictions: Vec<_> = test_clips(record)
        .zip(record.test_predictions())
        .filter(|(clip, _)| clips.contains(clip))
        .map(|(_, prediction)| prediction)
        .collect();
    if predictions.is_empty() {
        return Err(LabError::TooFewClips(
            "the protocol has no test clip that can be predicted under all conditions".to_owned(),
        ));
    }
    Ok(Evaluation::new(&record.targets, &predictions)?)
}

fn row(
    degradation: Option<Degradation>,
    description: &'static str,
    evaluation: &Evaluation,
    clean: f64,
) -> RobustnessRow {
    RobustnessRow {
        condition: degradation.map_or("clean", Degradation::name),
        description,
        clips: evaluation.n,
        wa: evaluation.wa,
        uar: evaluation.uar,
        calibration_error: evaluation.calibration_error,
        uar_drop: clean - evaluation.uar.value,
    }
}

impl Robustness {
    /// Return the table as text, scores in percent.
    pub fn to_text(&self) -> String {
        let percent = |fraction: f64| format!("{:.1}", 100.0 * fraction);
        let with_interval = |score: &Score| {
            let Score { value, interval } = score;
            format!(
                "{} ({}–{})",
                percent(*value),
                percent(interval.low),
                percent(interval.high)
            )
        };
        let mut text = format!(
            "Robustness: {}, {}, protocol {}\n\n{:<16}{:>6}{:>20}{:>20}{:>7}{:>10}\n",
            self.recipe,
            self.label_scheme,
            self.protocol,
            "condition",
            "clips",
            "WA",
            "UAR",
            "ECE",
            "UAR drop"
        );
        for row in &self.rows {
            text += &format!(
                "{:<16}{:>6}{:>20}{:>20}{:>7}{:>10}\n",
                row.condition,
                row.clips,
                with_interval(&row.wa),
                with_interval(&row.uar),
                percent(row.calibration_error),
                percent(row.uar_drop),
            );
        }
        text += &format!(
            "mean UAR drop: {} points\n\nScores in %, with 95 % intervals. The same test clips as \
             recorded, and:\n",
            percent(self.mean_uar_drop)
        );
        for row in &self.rows[1..] {
            text += &format!("  {:<16}{}\n", row.condition, row.description);
        }
        if self.left_out > 0 {
            text += &format!(
                "{} test clips are in no row, as not every condition has them.\n",
                self.left_out
            );
        }
        text
    }

    /// Return the table as CSV, scores as fractions.
    pub fn to_csv(&self) -> String {
        let mut text = String::from("condition,clips,wa,uar,uar_low,uar_high,ece,uar_drop\n");
        for row in &self.rows {
            let interval = row.uar.interval;
            text += &format!(
                "{},{},{:.6},{:.6},{:.6},{:.6},{:.6},{:.6}\n",
                row.condition,
                row.clips,
                row.wa.value,
                row.uar.value,
                interval.low,
                interval.high,
                row.calibration_error,
                row.uar_drop
            );
        }
        text
    }
}
