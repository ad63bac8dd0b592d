//! Loss and accuracy over epochs.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style, Stylize};
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Axis, Block, Chart, Dataset, GraphType};

use undertone_lab::EpochMetrics;

use super::state::State;

/// A curve: its name, color and points, and its last value as text.
struct Curve {
    name: &'static str,
    color: Color,
    points: Vec<(f64, f64)>,
    last: String,
}

// The terminal's own colors, because they suit its background.
const TRAINING: Color = Color::Cyan;
const VALIDATION: Color = Color::Magenta;
const RECALL: Color = Color::Green;

impl Curve {
    fn of(
        name: &'static str,
        color: Color,
        epochs: &[EpochMetrics],
        value: impl Fn(&EpochMetrics) -> f64,
        written: impl Fn(f64) -> String,
    ) -> Self {
        let points: Vec<(f64, f64)> = epochs
            .iter()
            .map(|epoch| (epoch.epoch as f64, value(epoch)))
            .filter(|(_, value)| value.is_finite())
            .collect();
        let last = points
            .last()
            .map_or_else(String::new, |(_, value)| written(*value));
        Self {
            name,
            color,
            points,
            last,
        }
    }
}

pub(crate) fn draw_loss(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let written = |value: f64| format!("{value:.3}");
    let curves = [
        Curve::of(
            "training",
            TRAINING,
            &state.epochs,
            |epoch| epoch.train_loss,
            written,
        ),
        Curve::of(
            "validation",
            VALIDATION,
            &state.epochs,
            |epoch| epoch.validation_loss,
            written,
        ),
    ];
    let values = curves
        .iter()
        .flat_map(|curve| curve.points.iter().map(|(_, value)| *value));
    let highest = values.fold(0.0, f64::max);
    let top = if highest > 0.0 { highest * 1.05 } else { 1.0 };
    draw(
        frame,
        area,
        state,
        "loss",
        &curves,
        top,
        &format!("{top:.2}"),
    );
}

pub(crate) fn draw_accuracy(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let accuracies = |epoch: &EpochMetrics| epoch.scores.accuracies();
    let of_classes = state.epochs.iter().all(|epoch| accuracies(epoch).is_some());
    if !of_classes {
        let written = |value: f64| format!("{value:.3}");
        let ccc = |epoch: &EpochMetrics| epoch.scores.main();
        let curve = Curve::of("validation", VALIDATION, &state.epochs, ccc, written);
        return draw(frame, area, state, "CCC", &[curve], 1.0, "1");
    }
    let written = |value: f64| format!("{value:.1}");
    let accuracy = |index: usize| {
        move |epoch: &EpochMetrics| {
            let accuracies = epoch.scores.accuracies().unwrap_or_default();
            100.0 * accuracies[index]
        }
    };
    let uar = |epoch: &EpochMetrics| 100.0 * epoch.scores.main();
    let curves = [
        Curve::of("training", TRAINING, &state.epochs, accuracy(0), written),
        Curve::of(
            "validation",
            VALIDATION,
            &state.epochs,
            accuracy(1),
            written,
        ),
        Curve::of("UAR", RECALL, &state.epochs, uar, written),
    ];
    draw(frame, area, state, "accuracy %", &curves, 100.0, "100");
}

fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    state: &State,
    name: &str,
    curves: &[Curve],
    top: f64,
    top_label: &str,
) {
    let first = state.epochs.first().map_or(1.0, |epoch| epoch.epoch as f64);
    let last = state.epochs.last().map_or(1.0, |epoch| epoch.epoch as f64);
    let end = last.max(first + 1.0);
    let best: Vec<(f64, f64)> = state
        .best()
        .map(|epoch| epoch.epoch as f64)
        .map(|x| vec![(x, 0.0), (x, top)])
        .unwrap_or_default();
    let mut datasets = vec![
        Dataset::default()
            .marker(Marker::Braille)
            .graph_type(GraphType::Line)
            .style(Style::new().fg(Color::DarkGray))
            .data(&best),
    ];
    datasets.extend(curves.iter().map(|curve| {
        let alone = curve.points.len() == 1;
        Dataset::default()
            .marker(if alone { Marker::Dot } else { Marker::Braille })
            .graph_type(if alone {
                GraphType::Scatter
            } else {
                GraphType::Line
            })
            .style(Style::new().fg(curve.color))
            .data(&curve.points)
    }));
    let epochs = [
        Line::from(format!("{first}")),
        Line::from(format!("epoch {end}")),
    ];
    let chart = Chart::new(datasets)
        .block(Block::bordered().title(title(name, curves, area.width)))
        .x_axis(
            Axis::default()
                .bounds([first, end])
                .labels(epochs)
                .dark_gray(),
        )
        .y_axis(
            Axis::default()
                .bounds([0.0, top])
                .labels(["0".to_owned(), top_label.to_owned()])
                .dark_gray(),
        )
        .legend_position(None);
    frame.render_widget(chart, area);
}

/// The chart's name and its curves' last values. A narrow chart omits the curves' names.
fn title(name: &str, curves: &[Curve], width: u16) -> Line<'static> {
    let spans = |named: bool| {
        let mut spans = vec![Span::from(format!(" {name} ")).bold()];
        for curve in curves {
            let text = if named {
                format!("{} {} ", curve.name, curve.last)
            } else {
                format!("{} ", curve.last)
            };
            spans.push(Span::from(text).fg(curve.color));
        }
        Line::from(spans)
    };
    let whole = spans(true);
    if whole.width() + 2 <= usize::from(width) {
        whole
    } else {
        spans(false)
    }
}
