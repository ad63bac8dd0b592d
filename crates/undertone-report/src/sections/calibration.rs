//! Calibration: confidence and accuracy.

use undertone_figures::page::{Block, Section};
use undertone_figures::words::in_percent;
use undertone_figures::{ReliabilityBin, ReliabilityDiagram};
use undertone_metrics::{CalibrationBin, calibration_bins};

use super::subject::Subject;
use crate::error::ReportError;

pub(super) fn section(subject: &Subject<'_>) -> Result<Option<Section>, ReportError> {
    let predictions = subject.record.test_predictions();
    let (Some(report), false) = (&subject.record.report, predictions.is_empty()) else {
        return Ok(None);
    };
    let rows = predictions
        .iter()
        .map(|prediction| (prediction.probabilities.as_slice(), prediction.truth));
    let bins = calibration_bins(rows);
    let clips: usize = bins.iter().map(|bin| bin.clips).sum();
    let mean = |value: fn(&CalibrationBin) -> f64| {
        bins.iter()
            .map(|bin| bin.clips as f64 * value(bin))
            .sum::<f64>()
            / clips as f64
    };
    let (confidence, accuracy) = (mean(|bin| bin.confidence), mean(|bin| bin.accuracy));
    let verdict = if confidence > accuracy {
        "overconfident"
    } else {
        "underconfident"
    };
    let error = report.pooled.calibration_error;
    let figure = ReliabilityDiagram {
        frame: subject
            .frame("Reliability")
            .noted(format!("test clips, protocol {}", report.protocol_name()))
            .sized(560.0, 480.0),
        bins: bins
            .iter()
            .map(|bin| ReliabilityBin {
                range: (bin.low, bin.high),
                count: bin.clips as u64,
                confidence: bin.confidence,
                accuracy: bin.accuracy,
            })
            .collect(),
        error,
    }
    .draw()?;
    let text = format!(
        "The mean confidence of the model is {} %, and {} % of its predictions are correct: on \
         average it is {verdict}. The expected calibration error is {} points (15 bins, Guo et \
         al. 2017).",
        in_percent(confidence),
        in_percent(accuracy),
        in_percent(error)
    );
    Ok(Some(Section {
        title: "Calibration".into(),
        blocks: vec![Block::Text(text), Block::Figure(figure)],
    }))
}
