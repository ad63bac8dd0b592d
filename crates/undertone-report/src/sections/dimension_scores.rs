//! The scores of a run that predicts numbers.

use undertone_figures::page::{Block, Cell, Section, Table};
use undertone_figures::words::count;
use undertone_figures::{Interval, IntervalPlot, Marker};
use undertone_metrics::{
    DimensionPrediction, DimensionScores, RegressionEvaluation, RegressionScores, Report,
    SetEvaluation,
};

use super::sides::sides;
use super::state::{intervals, remarks, state};
use super::subject::Subject;
use crate::error::ReportError;
use crate::extremes::lowest_and_highest;
use crate::numbers::score_with_interval;

pub(super) fn section(subject: &Subject<'_, DimensionPrediction>) -> Result<Section, ReportError> {
    let mut blocks = state(subject.record);
    if let Some(report) = &subject.record.report {
        evaluated(subject, report, &mut blocks)?;
    }
    Ok(Section {
        title: "Scores".into(),
        blocks,
    })
}

fn evaluated(
    subject: &Subject<'_, DimensionPrediction>,
    report: &Report<RegressionEvaluation>,
    blocks: &mut Vec<Block>,
) -> Result<(), ReportError> {
    let pooled = &report.pooled;
    blocks.extend(remarks(report));
    let test = format!(
        "{} of {}",
        count(pooled.n, "clip"),
        count(pooled.by_speaker.len(), "speaker")
    );
    blocks.push(Block::KeyValues(vec![
        ("recipe".into(), report.recipe.clone()),
        ("protocol".into(), report.protocol.clone()),
        ("dimensions".into(), pooled.targets().join(", ")),
        ("test set".into(), test),
    ]));
    blocks.push(Block::Table(score_table(report)));
    blocks.push(Block::Text(
        "CCC is the concordance correlation coefficient (Lin 1989, variances divided by the \
         number of clips): 1 for equal values, 0 for no agreement. Unlike Pearson's r it also \
         falls if predictions have another mean or spread. RMSE and MAE are in the unit of the \
         corpus."
            .into(),
    ));
    blocks.push(intervals(pooled));
    if report.folds.len() > 1 {
        blocks.push(Block::Table(fold_table(report)));
        for index in 0..pooled.dimensions.len() {
            blocks.push(Block::Figure(fold_figure(subject, report, index)?));
        }
    }
    Ok(())
}

fn score_table(report: &Report<RegressionEvaluation>) -> Table {
    let sets = sides(report);
    let row = |set: &str, clips: usize, scores: &DimensionScores| {
        let mut row = vec![
            Cell::Text(scores.dimension.clone()),
            Cell::Text(set.to_owned()),
            Cell::Number(clips.to_string()),
        ];
        let [ccc, pearson] = [&scores.ccc, &scores.pearson].map(|it| score_with_interval(it, 2));
        let [rmse, mae] = [&scores.rmse, &scores.mae].map(|it| score_with_interval(it, 3));
        row.extend([ccc, pearson, rmse, mae].map(Cell::Number));
        let spreads = [scores.truth, scores.predicted];
        row.extend(spreads.map(|it| Cell::Number(format!("{:.2} ± {:.2}", it.mean, it.std))));
        row
    };
    Table {
        caption: format!(
            "Scores with 95 % intervals, protocol {}",
            report.protocol_name()
        ),
        header: [
            "dimension",
            "set",
            "clips",
            "CCC",
            "Pearson's r",
            "RMSE",
            "MAE",
            "truth",
            "prediction",
        ]
        .map(String::from)
        .into(),
        rows: (0..report.pooled.dimensions.len())
            .flat_map(|index| {
                let scored = sets.iter().filter_map(move |(name, set)| {
                    Some((*name, set.n, set.dimensions.get(index)?))
                });
                scored.map(|(name, clips, scores)| row(name, clips, scores))
            })
            .collect(),
    }
}

fn fold_table(report: &Report<RegressionEvaluation>) -> Table {
    let cells = |scores: &[RegressionScores]| -> Vec<Cell> {
        scores
            .iter()
            .flat_map(|it| [format!("{:.3}", it.ccc), format!("{:.3}", it.rmse)])
            .map(Cell::Number)
            .collect()
    };
    let mut header: Vec<String> = ["fold", "clips"].map(String::from).into();
    for name in report.pooled.targets() {
        header.extend([format!("CCC, {name}"), format!("RMSE, {name}")]);
    }
    header.extend(["kept epoch", "test speakers"].map(String::from));
    let mut rows: Vec<Vec<Cell>> = report
        .folds
        .iter()
        .map(|fold| {
            let mut row = vec![
                Cell::Text(fold.name.clone()),
                Cell::Number(fold.test.n.to_string()),
            ];
            row.extend(cells(&fold.test.averaged()));
            let epoch = fold.best_epoch.map(|epoch| epoch.to_string());
            row.push(Cell::Number(epoch.unwrap_or_default()));
            row.push(Cell::Text(fold.test_speakers.join(" ")));
            row
        })
        .collect();
    let summary = |name: &str, scores: &[RegressionScores]| {
        let mut row = vec![Cell::Text(name.into()), Cell::Number(String::new())];
        row.extend(cells(scores));
        row
    };
    rows.push(summary("mean", &report.mean));
    rows.extend(report.std.as_ref().map(|std| summary("± std", std)));
    Table {
        caption: format!("Folds, test sets, protocol {}", report.protocol_name()),
        header,
        rows,
    }
}

fn fold_figure(
    subject: &Subject<'_, DimensionPrediction>,
    report: &Report<RegressionEvaluation>,
    index: usize,
) -> Result<undertone_figures::Figure, ReportError> {
    let pooled = &report.pooled.dimensions[index];
    let folds = report.folds.iter().filter_map(|fold| {
        let ccc = fold.test.dimensions.get(index)?.ccc;
        Some(Interval {
            name: fold.name.clone(),
            value: ccc.value,
            bounds: Some((ccc.interval.low, ccc.interval.high)),
        })
    });
    let (groups, left_out) = lowest_and_highest(folds.collect());
    Ok(IntervalPlot {
        frame: subject
            .frame(&format!("CCC of {} by fold", pooled.dimension))
            .noted(left_out)
            .sized(720.0, 260.0),
        group_label: "fold".into(),
        value_label: "CCC on the test set, 95 % interval".into(),
        groups,
        range: None,
        markers: vec![Marker {
            name: format!("all test sets, {:.2}", pooled.ccc.value),
            value: pooled.ccc.value,
        }],
    }
    .draw()?)
}
