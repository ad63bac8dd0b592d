//! Curves of loss, accuracy and learning rate.

use undertone_figures::page::{Block, Section};
use undertone_figures::words::count;
use undertone_figures::{Figure, Line, LineAxis, LineChart, Marker};
use undertone_lab::{EpochMetrics, FoldRecord, RegressionLoss, Selection, Target};

use super::subject::Subject;
use crate::error::ReportError;

/// Largest number of folds in one figure.
const MOST_IN_ONE: usize = 60;
/// Number of folds whose curves are always visible. Those of the others have to be opened.
const SHOWN: usize = 6;

pub(super) fn section<P: Target>(subject: &Subject<'_, P>) -> Result<Option<Section>, ReportError> {
    let record = subject.record;
    let missing = record.warnings.iter().map(|warning| {
        let text = format!("The curves are missing, because the file is damaged: {warning}");
        Block::Warning(text)
    });
    let mut blocks: Vec<Block> = missing.collect();
    let section = |blocks| {
        Some(Section {
            title: "Training".into(),
            blocks,
        })
    };
    let trained: Vec<&FoldRecord<P>> = record
        .folds
        .iter()
        .filter(|fold| !fold.epochs.is_empty())
        .collect();
    if trained.is_empty() {
        let fitted = record
            .recipe
            .as_ref()
            .is_some_and(|recipe| recipe.training.is_none())
            && !record.folds.is_empty();
        let note = "The head was fitted to the frozen encoder's embeddings in one step: there are \
                    no epochs to show.";
        blocks.extend(fitted.then(|| Block::Note(note.into())));
        return Ok(if blocks.is_empty() {
            None
        } else {
            section(blocks)
        });
    }
    if (2..=MOST_IN_ONE).contains(&trained.len()) {
        blocks.push(Block::Figure(all_folds(subject, &trained)?));
    }
    let several = record.folds.len() > 1;
    let mut curves = Vec::new();
    for fold in &trained {
        let suffix = if several {
            format!(", {}", fold.name)
        } else {
            String::new()
        };
        curves.push(vec![
            Block::Figure(loss(subject, fold, &suffix)?),
            Block::Figure(accuracy(subject, fold, &suffix)?),
        ]);
    }
    let rest = curves.split_off(curves.len().min(SHOWN));
    if several {
        blocks.push(Block::Grid(curves));
    } else {
        blocks.extend(curves.into_iter().flatten());
    }
    if !rest.is_empty() {
        blocks.push(Block::Details {
            summary: format!("Curves of {} more", count(rest.len(), "fold")),
            blocks: vec![Block::Grid(rest)],
        });
    }
    Ok(section(blocks))
}

fn line(name: &str, epochs: &[EpochMetrics], value: impl Fn(&EpochMetrics) -> f64) -> Line {
    let points = epochs.iter().map(|row| (row.epoch as f64, value(row)));
    Line::new(name, points.collect())
}

fn kept<P: Target>(subject: &Subject<'_, P>, fold: &FoldRecord<P>) -> Vec<Marker> {
    let training = subject
        .record
        .recipe
        .as_ref()
        .and_then(|recipe| recipe.training.as_ref());
    let what = match training.map(|training| training.select) {
        Some(Selection::Last) => "kept epoch (the last)",
        _ => "best epoch",
    };
    let marker = |epoch: usize| Marker {
        name: format!("{what}, {epoch}"),
        value: epoch as f64,
    };
    fold.best_epoch().map(marker).into_iter().collect()
}

fn loss<P: Target>(
    subject: &Subject<'_, P>,
    fold: &FoldRecord<P>,
    suffix: &str,
) -> Result<Figure, ReportError> {
    let epochs = &fold.epochs;
    let rate = Line {
        dashed: true,
        second_axis: true,
        ..line("learning rate", epochs, |row| row.learning_rate)
    };
    Ok(LineChart {
        frame: subject.frame(&format!("Loss{suffix}")).sized(720.0, 380.0),
        x_label: "epoch".into(),
        y: LineAxis::from_zero(loss_label(subject)),
        second: Some(LineAxis {
            label: "learning rate".into(),
            logarithmic: true,
            from_zero: false,
        }),
        lines: vec![
            line("training", epochs, |row| row.train_loss),
            line("validation", epochs, |row| row.validation_loss),
            rate,
        ],
        markers: kept(subject, fold),
    }
    .draw()?)
}

/// Return what the loss is.
fn loss_label<P: Target>(subject: &Subject<'_, P>) -> &'static str {
    let recipe = subject.record.recipe.as_ref();
    match recipe.and_then(|recipe| recipe.loss).unwrap_or_default() {
        _ if !P::OF_DIMENSIONS => "cross-entropy (nats)",
        RegressionLoss::Ccc => "1 − CCC",
        RegressionLoss::Mse => "mean squared error, standardized",
    }
}

/// Draw the accuracies and the UAR, or the CCC of dimensions.
fn accuracy<P: Target>(
    subject: &Subject<'_, P>,
    fold: &FoldRecord<P>,
    suffix: &str,
) -> Result<Figure, ReportError> {
    let epochs = &fold.epochs;
    let accuracy = |index: usize| {
        move |row: &EpochMetrics| {
            let accuracies = row.scores.accuracies().unwrap_or_default();
            100.0 * accuracies[index]
        }
    };
    let (title, label, lines) = match P::OF_DIMENSIONS {
        false => (
            "Accuracy",
            "clips (%)",
            vec![
                line("training accuracy", epochs, accuracy(0)),
                line("validation accuracy", epochs, accuracy(1)),
                line("validation UAR", epochs, |row| 100.0 * row.scores.main()),
            ],
        ),
        true => (
            "Concordance",
            "CCC",
            vec![line("validation CCC", epochs, |row| row.scores.main())],
        ),
    };
    Ok(LineChart {
        frame: subject
            .frame(&format!("{title}{suffix}"))
            .sized(720.0, 380.0),
        x_label: "epoch".into(),
        y: LineAxis::from_zero(label),
        second: None,
        lines,
        markers: kept(subject, fold),
    }
    .draw()?)
}

fn all_folds<P: Target>(
    subject: &Subject<'_, P>,
    folds: &[&FoldRecord<P>],
) -> Result<Figure, ReportError> {
    let (title, label, scale) = match P::OF_DIMENSIONS {
        false => ("Validation UAR of all folds", "UAR (%)", 100.0),
        true => ("Validation CCC of all folds", "CCC", 1.0),
    };
    let curve =
        |fold: &&FoldRecord<P>| line(&fold.name, &fold.epochs, |row| scale * row.scores.main());
    Ok(LineChart {
        frame: subject.frame(title),
        x_label: "epoch".into(),
        y: LineAxis::from_zero(label),
        second: None,
        lines: folds.iter().map(curve).collect(),
        markers: Vec::new(),
    }
    .draw()?)
}
