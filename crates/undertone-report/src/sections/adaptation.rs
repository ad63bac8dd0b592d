//! The scores of a model that adapts, against what it heard of a voice.

use undertone_figures::page::{Block, Cell, Section, Table};
use undertone_figures::words::in_percent;
use undertone_figures::{Figure, Line, LineAxis, LineChart};
use undertone_metrics::AdaptationPoint;

use super::subject::Subject;
use crate::error::ReportError;

/// Largest number of curves in one figure.
const MOST_IN_ONE: usize = 24;

/// A fold's name and its curve.
type Curve<'a> = (&'a str, &'a [AdaptationPoint]);

/// Return the curves; `None` if the model does not adapt.
pub(super) fn section(subject: &Subject<'_>) -> Result<Option<Section>, ReportError> {
    let curves: Vec<Curve<'_>> = subject
        .record
        .folds
        .iter()
        .filter_map(|fold| Some((&*fold.name, &fold.predictions.as_ref()?.adaptation[..])))
        .filter(|(_, points)| !points.is_empty())
        .collect();
    if curves.is_empty() {
        return Ok(None);
    }
    let mut blocks = vec![Block::Text(
        "Each clip is predicted after hearing other clips of its speaker, without their labels. \
         In the hard case all of these are of one emotion, drawn at random, so that the voice and \
         the emotion cannot be told apart. Emotion 4 is the UAR over angry, happy, neutral and \
         sad; sentiment 3 is the UAR over negative, neutral and positive, which count the same. \
         ECE is the expected calibration error of the sums of negative, neutral and positive \
         emotions."
            .into(),
    )];
    if curves.len() <= MOST_IN_ONE {
        for (name, score) in SCORES {
            if curves
                .iter()
                .any(|(_, points)| points.iter().any(|it| score(it).is_some()))
            {
                blocks.push(Block::Figure(figure(subject, &curves, name, score)?));
            }
        }
    }
    blocks.push(table(&curves));
    Ok(Some(Section {
        title: "Adaptation to a voice".into(),
        blocks,
    }))
}

/// A score of a point.
type Score = fn(&AdaptationPoint) -> Option<f64>;

const SCORES: [(&str, Score); 2] = [
    ("Emotion 4", |point| point.emotion4),
    ("Sentiment 3", |point| point.sentiment3),
];

fn figure(
    subject: &Subject<'_>,
    curves: &[Curve<'_>],
    name: &str,
    score: Score,
) -> Result<Figure, ReportError> {
    let lines = curves.iter().map(|(fold, points)| {
        let points = points.iter().filter(|point| !point.one_emotion);
        let points = points.filter_map(|point| {
            // On a logarithmic scale that begins with nothing heard.
            let heard = f64::from(point.heard?) + 1.0;
            Some((heard.log10(), 100.0 * score(point)?))
        });
        Line::new(fold, points.collect())
    });
    Ok(LineChart {
        frame: subject
            .frame(&format!("{name}: UAR after hearing a voice"))
            .sized(720.0, 380.0),
        x_label: "clips heard: logarithm of (1 + their number)".into(),
        y: LineAxis {
            label: "UAR (%)".into(),
            logarithmic: false,
            from_zero: false,
        },
        second: None,
        lines: lines.collect(),
        markers: Vec::new(),
    }
    .draw()?)
}

fn table(curves: &[Curve<'_>]) -> Block {
    let percent = |value: Option<f64>| Cell::Number(value.map_or(String::new(), in_percent));
    let mut rows = Vec::new();
    let row = |fold: &str, point: &AdaptationPoint| {
        let sure = point.sure.map(|[all, right]| format!("{right} of {all}"));
        vec![
            Cell::Text(point.heard_text()),
            Cell::Text(fold.to_owned()),
            Cell::Number(point.clips.to_string()),
            percent(Some(point.uar)),
            percent(point.emotion4),
            percent(point.sentiment3),
            percent(point.calibration_error),
            Cell::Number(sure.unwrap_or_default()),
        ]
    };
    let points: Vec<&[AdaptationPoint]> = curves.iter().map(|(_, points)| *points).collect();
    for points in AdaptationPoint::rows(&points) {
        rows.extend(
            points
                .iter()
                .map(|(curve, point)| row(curves[*curve].0, point)),
        );
        let points: Vec<&AdaptationPoint> = points.iter().map(|(_, point)| *point).collect();
        if points.len() > 1 {
            rows.extend(AdaptationPoint::mean(&points).map(|mean| row("mean", &mean)));
        }
    }
    let header = [
        "clips heard",
        "fold",
        "clips",
        "UAR",
        "emotion 4",
        "sentiment 3",
        "ECE",
        "very sure, right",
    ];
    Block::Table(Table {
        caption: "Scores after hearing clips of the same voice, in %".into(),
        header: header.map(String::from).into(),
        rows,
    })
}
