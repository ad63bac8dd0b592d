//! How much a model loses on degraded recordings.

use serde::Serialize;
use undertone_audio::degrade::Degradation;
use undertone_metrics::{Report, Score};

use super::evaluate::{EvaluationTask, evaluate_model};
use crate::error::LabError;

/// A model's scores on the same test clips, as recorded and degraded.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Robustness {
    /// How the clips were split.
    pub protocol: String,
    /// The recipe's name.
    pub recipe: String,
    /// The label scheme's name.
    pub label_scheme: String,
    /// One row for the clips as recorded, then one for each degradation.
    pub rows: Vec<RobustnessRow>,
    /// The mean over the degradations of the UAR that is lost, a fraction.
    pub mean_loss: f64,
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
    /// The UAR that is lost against the clips as recorded, a fraction.
    pub loss: f64,
}

/// Evaluate a model on the test clips as recorded, and with each [`Degradation`]. `announce`
/// receives the description of each condition before it is evaluated.
///
/// # Errors
/// As [`evaluate_model`].
pub fn evaluate_robustness(
    task: &EvaluationTask<'_>,
    announce: &dyn Fn(&str),
) -> Result<Robustness, LabError> {
    let conditions = Degradation::ALL.map(Some);
    let mut rows: Vec<RobustnessRow> = Vec::new();
    let mut heading = None;
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
        let Some(report) = record.report else {
            return Err(LabError::TooFewClips(
                "the protocol has no test clip".to_owned(),
            ));
        };
        let clean = rows
            .first()
            .map_or(report.pooled.uar.value, |row| row.uar.value);
        rows.push(row(degradation, description, &report, clean));
        heading.get_or_insert((report.protocol, report.recipe, report.label_scheme));
    }
    let (protocol, recipe, label_scheme) = heading.unwrap_or_default();
    let losses = rows.iter().skip(1).map(|row| row.loss);
    Ok(Robustness {
        protocol,
        recipe,
        label_scheme,
        mean_loss: losses.sum::<f64>() / Degradation::ALL.len() as f64,
        rows,
    })
}

fn row(
    degradation: Option<Degradation>,
    description: &'static str,
    report: &Report,
    clean: f64,
) -> RobustnessRow {
    let pooled = &report.pooled;
    RobustnessRow {
        condition: degradation.map_or("clean", Degradation::name),
        description,
        clips: pooled.n,
        wa: pooled.wa,
        uar: pooled.uar,
        calibration_error: pooled.calibration_error,
        loss: clean - pooled.uar.value,
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
            "Robustness: {}, {}, protocol {}\n\n{:<16}{:>6}{:>20}{:>20}{:>7}{:>7}\n",
            self.recipe,
            self.label_scheme,
            self.protocol,
            "condition",
            "clips",
            "WA",
            "UAR",
            "ECE",
            "loss"
        );
        for row in &self.rows {
            text += &format!(
                "{:<16}{:>6}{:>20}{:>20}{:>7}{:>7}\n",
                row.condition,
                row.clips,
                with_interval(&row.wa),
                with_interval(&row.uar),
                percent(row.calibration_error),
                percent(row.loss),
            );
        }
        text += &format!(
            "mean loss of UAR: {} points\n\nScores in %, with 95 % intervals. The same test clips \
             as recorded, and:\n",
            percent(self.mean_loss)
        );
        for row in &self.rows[1..] {
            text += &format!("  {:<16}{}\n", row.condition, row.description);
        }
        text
    }

    /// Return the table as CSV, scores as fractions.
    pub fn to_csv(&self) -> String {
        let mut text = String::from("condition,clips,wa,uar,uar_low,uar_high,ece,loss\n");
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
                row.loss
            );
        }
        text
    }
}
