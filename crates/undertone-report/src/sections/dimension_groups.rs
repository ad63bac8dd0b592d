//! The scores of numbers by corpus, by gender and by speaker.

use undertone_figures::page::{Block, Section};
use undertone_figures::{Figure, Interval, IntervalPlot, Marker};
use undertone_metrics::{
    DimensionPrediction, DimensionScores, MetricsError, Prediction, RegressionEvaluation,
    RegressionGroup, Report,
};

use super::subject::Subject;
use crate::error::ReportError;
use crate::extremes::lowest_and_highest;
use crate::groups::{UNKNOWN_SPEAKERS, by_group, speakers_are_known};

/// Returns the group of a clip.
type Name = fn(&DimensionPrediction) -> &str;

pub(super) fn section(
    subject: &Subject<'_, DimensionPrediction>,
) -> Result<Option<Section>, ReportError> {
    let predictions = subject.record.test_predictions();
    let (Some(report), false) = (&subject.record.report, predictions.is_empty()) else {
        return Ok(None);
    };
    let pooled = &report.pooled;
    let kinds: [(&str, &[RegressionGroup], Name); 3] = [
        ("corpus", &pooled.by_corpus, |clip| clip.corpus()),
        ("gender", &pooled.by_gender, |clip| {
            clip.gender().unwrap_or("unknown")
        }),
        ("speaker", &pooled.by_speaker, |clip| clip.speaker()),
    ];
    let known = speakers_are_known(&predictions);
    let mut blocks = Vec::new();
    for (kind, groups, name) in kinds {
        if kind == "speaker" && !known {
            blocks.push(Block::Note(UNKNOWN_SPEAKERS.into()));
            continue;
        }
        if groups.is_empty() {
            continue;
        }
        let evaluations = evaluations(subject, &predictions, groups, name)?;
        for (index, dimension) in pooled.dimensions.iter().enumerate() {
            let figure = figure(subject, report, (kind, index, dimension), &evaluations)?;
            blocks.push(Block::Figure(figure));
        }
    }
    let has_figure = blocks.iter().any(|block| matches!(block, Block::Figure(_)));
    if has_figure {
        blocks.push(Block::Text(
            "The RMSE compares groups better than the CCC does, which falls where the truth \
             varies little. The intervals of corpora and genders are a bootstrap over whole \
             speakers, those of speakers over single clips."
                .into(),
        ));
    }
    Ok(Some(Section {
        title: "Speakers".into(),
        blocks,
    }))
}

/// Evaluate each group alone, for its intervals.
fn evaluations(
    subject: &Subject<'_, DimensionPrediction>,
    predictions: &[DimensionPrediction],
    groups: &[RegressionGroup],
    name: Name,
) -> Result<Vec<(String, RegressionEvaluation)>, MetricsError> {
    let own = by_group(predictions, name);
    groups
        .iter()
        .filter_map(|group| Some((group, own.get(group.name.as_str())?)))
        .map(|(group, own)| {
            let evaluation = RegressionEvaluation::new(&subject.record.targets, own)?;
            Ok((group.name.clone(), evaluation))
        })
        .collect()
}

fn figure(
    subject: &Subject<'_, DimensionPrediction>,
    report: &Report<RegressionEvaluation>,
    (kind, index, dimension): (&str, usize, &DimensionScores),
    groups: &[(String, RegressionEvaluation)],
) -> Result<Figure, ReportError> {
    let interval = |(name, evaluation): &(String, RegressionEvaluation)| {
        let rmse = evaluation.dimensions.get(index)?.rmse;
        Some(Interval {
            name: name.clone(),
            value: rmse.value,
            bounds: Some((rmse.interval.low, rmse.interval.high)),
        })
    };
    let (groups, left_out) = lowest_and_highest(groups.iter().filter_map(interval).collect());
    let comma = if left_out.is_empty() { "" } else { ", " };
    let all = dimension.rmse.value;
    Ok(IntervalPlot {
        frame: subject
            .frame(&format!("RMSE of {} by {kind}", dimension.dimension))
            .noted(format!(
                "test clips, protocol {}{comma}{left_out}",
                report.protocol_name()
            ))
            .sized(720.0, 200.0),
        group_label: kind.into(),
        value_label: format!("RMSE of {}, 95 % interval", dimension.dimension),
        groups,
        range: None,
        markers: vec![Marker {
            name: format!("all clips, {all:.3}"),
            value: all,
        }],
    }
    .draw()?)
}
