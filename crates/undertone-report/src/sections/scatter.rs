//! True and predicted values, clip by clip.

use std::collections::BTreeMap;

use undertone_figures::page::{Block, Section};
use undertone_figures::{Figure, Histogram, PointGroup, Samples, ScatterPlot, ViolinPlot};
use undertone_metrics::DimensionPrediction;

use super::subject::Subject;
use crate::error::ReportError;

pub(super) fn section(
    subject: &Subject<'_, DimensionPrediction>,
) -> Result<Option<Section>, ReportError> {
    let predictions = subject.record.test_predictions();
    let (Some(report), false) = (&subject.record.report, predictions.is_empty()) else {
        return Ok(None);
    };
    let note = format!("test clips, protocol {}", report.protocol_name());
    let mut figures = Vec::new();
    for (index, dimension) in subject.record.targets.iter().enumerate() {
        figures.push(vec![Block::Figure(scatter(
            subject,
            &predictions,
            (index, dimension),
            &note,
        )?)]);
        figures.push(vec![Block::Figure(spread(
            subject,
            &predictions,
            (index, dimension),
            &note,
        )?)]);
    }
    Ok(Some(Section {
        title: "Predictions".into(),
        blocks: vec![
            Block::Grid(figures),
            Block::Text(
                "A clip on the diagonal is predicted exactly. The figure beside it shows whether \
                 the predictions have the mean and the spread of the truth."
                    .into(),
            ),
        ],
    }))
}

fn scatter(
    subject: &Subject<'_, DimensionPrediction>,
    predictions: &[DimensionPrediction],
    (index, dimension): (usize, &str),
    note: &str,
) -> Result<Figure, ReportError> {
    let mut by_gender: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    for clip in predictions {
        let gender = clip.gender.as_deref().unwrap_or("clips");
        let point = (clip.truth[index], clip.predicted[index]);
        by_gender.entry(gender).or_default().push(point);
    }
    let mut groups: Vec<PointGroup> = by_gender
        .into_iter()
        .map(|(name, points)| PointGroup {
            name: name.to_owned(),
            points,
        })
        .collect();
    groups.push(PointGroup {
        name: "truth".to_owned(),
        points: diagonal(predictions, index),
    });
    Ok(ScatterPlot {
        frame: subject
            .frame(&format!("True and predicted {dimension}"))
            .noted(note.to_owned())
            .sized(520.0, 480.0),
        x_label: format!("true {dimension}"),
        y_label: format!("predicted {dimension}"),
        groups,
    }
    .draw()?)
}

/// Return points on the diagonal over the range of the truth.
fn diagonal(predictions: &[DimensionPrediction], index: usize) -> Vec<(f64, f64)> {
    const POINTS: u32 = 60;
    let values = || predictions.iter().map(|clip| clip.truth[index]);
    let (low, high) = (
        values().fold(f64::INFINITY, f64::min),
        values().fold(f64::NEG_INFINITY, f64::max),
    );
    (0..=POINTS)
        .map(|step| low + (high - low) * f64::from(step) / f64::from(POINTS))
        .map(|value| (value, value))
        .collect()
}

/// Draw the predictions at each true value if the truth has few, and else the distributions of
/// both.
fn spread(
    subject: &Subject<'_, DimensionPrediction>,
    predictions: &[DimensionPrediction],
    (index, dimension): (usize, &str),
    note: &str,
) -> Result<Figure, ReportError> {
    let frame = |title: String| {
        let frame = subject.frame(&title).noted(note.to_owned());
        frame.sized(520.0, 480.0)
    };
    if let Some(categories) = by_level(predictions, index) {
        return Ok(ViolinPlot {
            frame: frame(format!("Predicted {dimension} at each true value")),
            category_label: format!("true {dimension}"),
            value_label: format!("predicted {dimension}"),
            categories,
        }
        .draw()?);
    }
    let samples = |name: &str, value: &dyn Fn(&DimensionPrediction) -> f64| Samples {
        name: name.to_owned(),
        values: predictions.iter().map(value).collect(),
    };
    Ok(Histogram {
        frame: frame(format!("Spread of {dimension}")),
        value_label: dimension.to_owned(),
        count_label: "clips".into(),
        bins: 0,
        series: vec![
            samples("truth", &|clip| clip.truth[index]),
            samples("prediction", &|clip| clip.predicted[index]),
        ],
        markers: Vec::new(),
    }
    .draw()?)
}

/// Return the predictions by true value. `None` if the truth has many values.
fn by_level(predictions: &[DimensionPrediction], index: usize) -> Option<Vec<Samples>> {
    const MOST_LEVELS: usize = 10;
    let mut levels: Vec<f64> = predictions.iter().map(|clip| clip.truth[index]).collect();
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    if levels.len() > MOST_LEVELS {
        return None;
    }
    let samples = levels.into_iter().map(|level| Samples {
        name: level.to_string(),
        values: predictions
            .iter()
            .filter(|clip| clip.truth[index] == level)
            .map(|clip| clip.predicted[index])
            .collect(),
    });
    Some(samples.collect())
}
