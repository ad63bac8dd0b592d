//! The scores of the run, and remarks on them.

use undertone_figures::page::{Block, Cell, Section, Table};
use undertone_figures::words::{count, in_percent};
use undertone_figures::{Interval, IntervalPlot, Marker};
use undertone_lab::RunRecord;
use undertone_metrics::{Evaluation, Report};

use super::sides::sides;
use super::state::{intervals, remarks, state};
use super::subject::Subject;
use crate::comparison::distinct_clips;
use crate::error::ReportError;
use crate::extremes::lowest_and_highest;
use crate::numbers::{three, with_interval};

pub(super) fn section(subject: &Subject<'_>) -> Result<Section, ReportError> {
    let record = subject.record;
    let mut blocks = state(record);
    if let Some(report) = &record.report {
        evaluated(subject, report, &mut blocks)?;
    }
    Ok(Section {
        title: "Scores".into(),
        blocks,
    })
}

fn evaluated(
    subject: &Subject<'_>,
    report: &Report,
    blocks: &mut Vec<Block>,
) -> Result<(), ReportError> {
    let record = subject.record;
    let pooled = &report.pooled;
    blocks.extend(remarks(report));
    blocks.push(Block::KeyValues(vec![
        ("recipe".into(), report.recipe.clone()),
        ("protocol".into(), report.protocol.clone()),
        (
            "classes".into(),
            format!(
                "{}: {}",
                report.label_scheme,
                pooled.confusion.labels().join(", ")
            ),
        ),
        (
            "test set".into(),
            format!(
                "{} of {}",
                evaluated_on(record, pooled.n),
                count(pooled.by_speaker.len(), "speaker")
            ),
        ),
    ]));
    let name = report.protocol_name();
    blocks.push(Block::Table(Table {
        caption: format!("Scores in % with 95 % intervals, protocol {name}"),
        header: [
            "",
            "clips",
            "WA",
            "UAR",
            "macro F1",
            "cross-entropy",
            "calibration error",
        ]
        .map(String::from)
        .into(),
        rows: sides(report)
            .into_iter()
            .map(|(side, evaluation)| row(side, evaluation))
            .collect(),
    }));
    blocks.push(Block::Text(
        "WA is the accuracy, UAR the mean recall over the classes, and macro F1 the mean F1 over \
         the classes."
            .into(),
    ));
    blocks.push(intervals(pooled));
    if report.folds.len() > 1 {
        blocks.push(fold_table(report));
        blocks.push(Block::Figure(fold_figure(subject, report)?));
    }
    Ok(())
}

/// Return the number of clips, and that of predictions if some clips were predicted several times.
fn evaluated_on(record: &RunRecord, evaluated: usize) -> String {
    match distinct_clips(record) {
        distinct if (1..evaluated).contains(&distinct) => {
            format!("{evaluated} predictions of {}", count(distinct, "clip"))
        }
        _ => count(evaluated, "clip"),
    }
}

fn row(side: &str, evaluation: &Evaluation) -> Vec<Cell> {
    let mut row = vec![
        Cell::Text(side.into()),
        Cell::Number(evaluation.n.to_string()),
    ];
    let scores = [&evaluation.wa, &evaluation.uar, &evaluation.macro_f1];
    row.extend(scores.map(|score| Cell::Number(with_interval(score))));
    row.push(Cell::Number(format!("{:.3}", evaluation.cross_entropy)));
    row.push(Cell::Number(in_percent(evaluation.calibration_error)));
    row
}

fn fold_table(report: &Report) -> Block {
    let number = |text: String| Cell::Number(text);
    let mut rows: Vec<Vec<Cell>> = report
        .folds
        .iter()
        .map(|fold| {
            let mut row = vec![
                Cell::Text(fold.name.clone()),
                number(fold.test.n.to_string()),
            ];
            row.extend(three(&fold.test.scores()).map(number));
            row.push(number(
                fold.train
                    .as_ref()
                    .map_or_else(String::new, |side| in_percent(side.uar.value)),
            ));
            row.push(number(
                fold.best_epoch
                    .map_or_else(String::new, |epoch| epoch.to_string()),
            ));
            row.push(Cell::Text(speakers(&fold.test_speakers)));
            row
        })
        .collect();
    let summary = |name: &str, scores: [String; 3]| {
        let mut row = vec![Cell::Text(name.into()), number(String::new())];
        row.extend(scores.map(number));
        row
    };
    rows.push(summary("mean", three(&report.mean)));
    rows.extend(report.std.as_ref().map(|std| summary("± std", three(std))));
    Block::Table(Table {
        caption: format!(
            "Folds, test sets, in %, protocol {}",
            report.protocol_name()
        ),
        header: [
            "fold",
            "clips",
            "WA",
            "UAR",
            "macro F1",
            "training UAR",
            "kept epoch",
            "test speakers",
        ]
        .map(String::from)
        .into(),
        rows,
    })
}

/// Return the names of speakers, or their number if there are many.
fn speakers(names: &[String]) -> String {
    /// Most speakers that are named.
    const NAMED: usize = 24;
    match names.len() {
        many if many > NAMED => count(many, "speaker"),
        _ => names.join(" "),
    }
}

fn fold_figure(
    subject: &Subject<'_>,
    report: &Report,
) -> Result<undertone_figures::Figure, ReportError> {
    let interval = |fold: &undertone_metrics::FoldReport| Interval {
        name: fold.name.clone(),
        value: 100.0 * fold.test.uar.value,
        bounds: Some((
            100.0 * fold.test.uar.interval.low,
            100.0 * fold.test.uar.interval.high,
        )),
    };
    let pooled = 100.0 * report.pooled.uar.value;
    let (groups, left_out) = lowest_and_highest(report.folds.iter().map(interval).collect());
    Ok(IntervalPlot {
        frame: subject
            .frame("UAR by fold")
            .noted(left_out)
            .sized(720.0, 260.0),
        group_label: "fold".into(),
        value_label: "UAR on the test set (%), 95 % interval".into(),
        groups,
        range: Some((0.0, 100.0)),
        markers: vec![Marker {
            name: format!("all test sets, {pooled:.1} %"),
            value: pooled,
        }],
    }
    .draw()?)
}
