//! Confusion matrices and scores by class.

use undertone_figures::page::{Block, Cell, Section, Table};
use undertone_figures::words::in_percent;
use undertone_figures::{BarChart, ConfusionFigure, Normalization, Series, Stacking};
use undertone_metrics::{ClassScores, Report};

use super::subject::Subject;
use crate::error::ReportError;

pub(super) fn section(subject: &Subject<'_>) -> Result<Option<Section>, ReportError> {
    let Some(report) = &subject.record.report else {
        return Ok(None);
    };
    let protocol = report.protocol_name();
    let classes = &report.pooled.per_class;
    let blocks = vec![
        Block::Grid(vec![
            vec![Block::Figure(confusion(
                subject,
                report,
                Normalization::Rows,
            )?)],
            vec![Block::Figure(confusion(
                subject,
                report,
                Normalization::Counts,
            )?)],
        ]),
        Block::Table(table(classes, protocol)),
        Block::Figure(bars(subject, classes, protocol)?),
    ];
    Ok(Some(Section {
        title: "Classes".into(),
        blocks,
    }))
}

fn confusion(
    subject: &Subject<'_>,
    report: &Report,
    normalization: Normalization,
) -> Result<undertone_figures::Figure, ReportError> {
    let title = match normalization {
        Normalization::Counts => "What was taken for what, clips",
        Normalization::Rows => "What was taken for what, % of each true class",
    };
    let matrix = &report.pooled.confusion;
    let side = 300.0 + 34.0 * matrix.labels().len().min(20) as f64;
    let note = format!("test clips, protocol {}", report.protocol_name());
    Ok(ConfusionFigure {
        frame: subject.frame(title).noted(note).sized(side, 0.85 * side),
        labels: matrix.labels().to_vec(),
        counts: matrix
            .counts()
            .iter()
            .map(|row| row.iter().map(|clips| *clips as u64).collect())
            .collect(),
        normalization,
    }
    .draw()?)
}

fn table(classes: &[ClassScores], protocol: &str) -> Table {
    let row = |class: &ClassScores| {
        let mut row = vec![Cell::Text(class.label.clone())];
        row.extend(
            [class.precision, class.recall, class.f1].map(|score| Cell::Number(in_percent(score))),
        );
        row.extend([class.support, class.predicted].map(|clips| Cell::Number(clips.to_string())));
        row
    };
    Table {
        caption: format!("Classes, in %, test clips, protocol {protocol}"),
        header: ["class", "precision", "recall", "F1", "clips", "predicted"]
            .map(String::from)
            .into(),
        rows: classes.iter().map(row).collect(),
    }
}

fn bars(
    subject: &Subject<'_>,
    classes: &[ClassScores],
    protocol: &str,
) -> Result<undertone_figures::Figure, ReportError> {
    let series = |name: &str, score: fn(&ClassScores) -> f64| Series {
        name: name.into(),
        values: classes
            .iter()
            .map(|class| (100.0 * score(class)).round())
            .collect(),
    };
    Ok(BarChart {
        frame: subject
            .frame("Precision, recall and F1")
            .noted(format!("test clips, protocol {protocol}"))
            .sized(720.0, 340.0),
        category_label: "class".into(),
        value_label: "%".into(),
        categories: classes.iter().map(|class| class.label.clone()).collect(),
        series: vec![
            series("precision", |class| class.precision),
            series("recall", |class| class.recall),
            series("F1", |class| class.f1),
        ],
        stacking: Stacking::Grouped,
    }
    .draw()?)
}
