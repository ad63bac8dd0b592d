//! Scores by corpus, and how well training on one corpus serves another.

use std::collections::{BTreeMap, BTreeSet};

use undertone_corpus::Protocol;
use undertone_figures::page::{Block, Cell, Section, Table};
use undertone_figures::words::in_percent;
use undertone_figures::{GridFigure, Interval, IntervalPlot, Marker};
use undertone_metrics::{Bootstrap, ClipPrediction, Evaluation};

use super::subject::Subject;
use crate::error::ReportError;
use crate::groups::by_group;
use crate::numbers::with_interval;

/// The test clips of one corpus, in one fold.
struct Cells<'a> {
    /// The training corpus, if the protocol is `matrix`.
    trained_on: Option<&'a str>,
    corpora: BTreeMap<&'a str, Evaluation>,
}

/// Return the scores by corpus; `None` if all test clips are of one corpus.
pub(super) fn section(subject: &Subject<'_>) -> Result<Option<Section>, ReportError> {
    let record = subject.record;
    let Some(report) = record.report.as_ref() else {
        return Ok(None);
    };
    if report.pooled.by_corpus.is_empty() {
        return Ok(None);
    }
    let labels = &record.targets;
    let predictions = record.test_predictions();
    let cells = match record.protocol.name {
        Protocol::Matrix => {
            let folds = record.folds.iter();
            let predictions = folds.filter_map(|fold| fold.predictions.as_ref());
            predictions
                .map(|predictions| {
                    let trained_on = predictions.train.first();
                    Cells::new(
                        trained_on.map(|clip| clip.corpus.as_str()),
                        labels,
                        &predictions.test,
                    )
                })
                .collect::<Result<Vec<_>, ReportError>>()?
        }
        _ => vec![Cells::new(None, labels, &predictions)?],
    };
    let mut blocks = vec![Block::Text(
        "The UAR of a corpus is the mean recall over the classes of which it has clips. The \
         intervals are a bootstrap over its speakers. ECE is the expected calibration error: how \
         far the confidence is from the share of correct predictions."
            .into(),
    )];
    let few: BTreeSet<&str> = cells
        .iter()
        .flat_map(|cells| &cells.corpora)
        .filter(|(_, evaluation)| evaluation.by_speaker.len() < Bootstrap::FEW_SPEAKERS)
        .map(|(corpus, _)| *corpus)
        .collect();
    if !few.is_empty() {
        let few: Vec<&str> = few.into_iter().collect();
        blocks.push(Block::Note(format!(
            "Too few speakers, so the intervals are too narrow: {}.",
            few.join(", ")
        )));
    }
    match &cells[..] {
        [pooled] if pooled.trained_on.is_none() => {
            let all = report.pooled.uar.value;
            blocks.push(Block::Figure(intervals(subject, pooled, all)?));
            blocks.push(table("Scores by corpus, in %", labels, &cells));
        }
        folds => {
            blocks.push(Block::Figure(matrix(subject, folds)?));
            blocks.push(Block::Text(
                "Each row is one training corpus. Where a corpus is tested on itself, the speakers \
                 of the test were not trained on."
                    .into(),
            ));
            let caption = "Scores by training and test corpus, in %";
            blocks.push(table(caption, labels, folds));
        }
    }
    Ok(Some(Section {
        title: "Corpora".into(),
        blocks,
    }))
}

impl<'a> Cells<'a> {
    /// Evaluate the test clips of each corpus.
    fn new(
        trained_on: Option<&'a str>,
        labels: &[String],
        predictions: &'a [ClipPrediction],
    ) -> Result<Self, ReportError> {
        let corpora = by_group(predictions, |clip| &clip.corpus).into_iter();
        let corpora = corpora
            .map(|(corpus, predictions)| Ok((corpus, Evaluation::new(labels, &predictions)?)));
        Ok(Self {
            trained_on,
            corpora: corpora.collect::<Result<_, ReportError>>()?,
        })
    }
}

/// Draw the UAR of each training corpus on each test corpus.
fn matrix(
    subject: &Subject<'_>,
    folds: &[Cells<'_>],
) -> Result<undertone_figures::Figure, ReportError> {
    let names: Vec<&str> = folds
        .iter()
        .flat_map(|fold| fold.corpora.keys().copied())
        .collect::<BTreeSet<&str>>()
        .into_iter()
        .collect();
    let row = |fold: &Cells<'_>| {
        let uar = |name: &&str| {
            let evaluation = fold.corpora.get(name);
            evaluation.map_or(f64::NAN, |evaluation| 100.0 * evaluation.uar.value)
        };
        names.iter().map(uar).collect()
    };
    Ok(GridFigure {
        frame: subject
            .frame("UAR by training and test corpus")
            .sized(760.0, 140.0 + 44.0 * folds.len() as f64),
        row_label: "trained on".into(),
        column_label: "tested on".into(),
        rows: folds
            .iter()
            .map(|fold| fold.trained_on.unwrap_or_default().to_owned())
            .collect(),
        columns: names.iter().map(|name| (*name).to_owned()).collect(),
        value_label: "UAR (%)".into(),
        values: folds.iter().map(row).collect(),
    }
    .draw()?)
}

fn intervals(
    subject: &Subject<'_>,
    cells: &Cells<'_>,
    pooled: f64,
) -> Result<undertone_figures::Figure, ReportError> {
    let groups = cells.corpora.iter().map(|(corpus, evaluation)| Interval {
        name: (*corpus).to_owned(),
        value: 100.0 * evaluation.uar.value,
        bounds: Some((
            100.0 * evaluation.uar.interval.low,
            100.0 * evaluation.uar.interval.high,
        )),
    });
    let mean = 100.0 * mean_uar(cells);
    let all = 100.0 * pooled;
    let marker = |name: &str, value: f64| Marker {
        name: format!("{name}, {value:.1} %"),
        value,
    };
    Ok(IntervalPlot {
        frame: subject.frame("UAR by corpus").sized(720.0, 240.0),
        group_label: "corpus".into(),
        value_label: "UAR (%), 95 % interval".into(),
        groups: groups.collect(),
        range: Some((0.0, 100.0)),
        markers: vec![marker("mean of corpora", mean), marker("all clips", all)],
    }
    .draw()?)
}

/// Return the mean UAR of the corpora, without the one that a fold of `matrix` trained on.
fn mean_uar(cells: &Cells<'_>) -> f64 {
    let corpora = cells.corpora.iter();
    let others = corpora.filter(|(corpus, _)| cells.trained_on != Some(corpus));
    let values: Vec<f64> = others.map(|(_, corpus)| corpus.uar.value).collect();
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn table(caption: &str, labels: &[String], folds: &[Cells<'_>]) -> Block {
    let mut rows = Vec::new();
    let row = |fold: &Cells<'_>, cells: [Cell; 7]| {
        let trained_on = fold.trained_on.map(|corpus| Cell::Text(corpus.to_owned()));
        trained_on.into_iter().chain(cells).collect::<Vec<Cell>>()
    };
    for fold in folds {
        for (corpus, evaluation) in &fold.corpora {
            let classes = labels.iter().zip(&evaluation.per_class);
            let absent: Vec<&str> = classes
                .filter(|(_, class)| class.support == 0)
                .map(|(label, _)| label.as_str())
                .collect();
            let cells = [
                Cell::Text((*corpus).to_owned()),
                Cell::Number(evaluation.n.to_string()),
                Cell::Number(evaluation.by_speaker.len().to_string()),
                Cell::Number(with_interval(&evaluation.wa)),
                Cell::Number(with_interval(&evaluation.uar)),
                Cell::Number(in_percent(evaluation.calibration_error)),
                Cell::Text(absent.join(", ")),
            ];
            rows.push(row(fold, cells));
        }
        let empty = || Cell::Number(String::new());
        let name = match fold.trained_on {
            Some(_) => "mean of the others",
            None => "mean of corpora",
        };
        let mean = Cell::Number(in_percent(mean_uar(fold)));
        let cells = [
            Cell::Text(name.into()),
            empty(),
            empty(),
            empty(),
            mean,
            empty(),
            Cell::Text(String::new()),
        ];
        rows.push(row(fold, cells));
    }
    let header = [
        "tested on",
        "clips",
        "speakers",
        "WA",
        "UAR",
        "ECE",
        "classes without a clip",
    ];
    let trained_on = folds.iter().any(|fold| fold.trained_on.is_some());
    let first = trained_on.then_some("trained on");
    Block::Table(Table {
        caption: caption.to_owned(),
        header: first.into_iter().chain(header).map(String::from).collect(),
        rows,
    })
}
