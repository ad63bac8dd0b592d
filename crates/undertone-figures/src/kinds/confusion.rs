//! Confusion matrices.

use crate::axis::Axis;
use crate::chart::{Chart, Right, no_data};
use crate::check;
use crate::error::FigureError;
use crate::figure::{Drawing, Figure, Frame, in_both_widths};
use crate::palette::{ColorMap, hex, ink_on};
use crate::scale::Scale;
use crate::scene::{Anchor, Mark};
use crate::text::{Weight, width};
use crate::theme::{PAPER, TICK_SIZE};

/// The numbers in the cells of a confusion matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normalization {
    /// Numbers of clips.
    Counts,
    /// Percent of the clips of the row's class: the diagonal is the recall.
    Rows,
}

/// A confusion matrix: one row per true class, one column per predicted class.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfusionFigure {
    /// Title and size.
    pub frame: Frame,
    /// The classes.
    pub labels: Vec<String>,
    /// Clips by true class (row) and predicted class (column).
    pub counts: Vec<Vec<u64>>,
    /// What the cells show.
    pub normalization: Normalization,
}

impl ConfusionFigure {
    /// Draw the figure.
    ///
    /// # Errors
    /// [`FigureError::Mismatch`] for counts that are not a square over the labels.
    pub fn draw(&self) -> Result<Figure, FigureError> {
        in_both_widths(&self.frame, |frame| self.draw_in(frame))
    }

    fn draw_in(&self, frame: &Frame) -> Result<Drawing, FigureError> {
        let classes = self.labels.len();
        check::same_length(frame, "the matrix", self.counts.len(), classes)?;
        for row in &self.counts {
            check::same_length(frame, "a row of the matrix", row.len(), classes)?;
        }
        let highest = self.counts.iter().flatten().copied().max().unwrap_or(0);
        if highest == 0 {
            return no_data(frame);
        }
        let (scale, bar) = match self.normalization {
            Normalization::Counts => (Scale::counts([highest as f64]), "clips"),
            Normalization::Rows => (Scale::exact(0.0, 100.0), "% of the true class"),
        };
        let mut panel = Chart {
            frame,
            legend: Vec::new(),
            x: Axis::Categories {
                label: "predicted",
                names: &self.labels,
            },
            y: Axis::Categories {
                label: "true",
                names: &self.labels,
            },
            right: Right::ColorBar {
                label: bar.into(),
                scale: scale.clone(),
                map: ColorMap::Blues,
            },
            grid: (false, false),
        }
        .lay_out();
        for (true_class, (row, name)) in self.counts.iter().zip(&self.labels).enumerate() {
            let total: u64 = row.iter().sum();
            let (top, height) = panel.row(true_class, classes);
            for (predicted, (count, other)) in row.iter().zip(&self.labels).enumerate() {
                let (left, step) = panel.column(predicted, classes);
                let percent = if total == 0 {
                    f64::NAN
                } else {
                    100.0 * *count as f64 / total as f64
                };
                let (value, text) = match self.normalization {
                    Normalization::Counts => (*count as f64, count.to_string()),
                    Normalization::Rows if total == 0 => (0.0, "–".into()),
                    Normalization::Rows => (percent, format!("{percent:.0}")),
                };
                let color = hex(ColorMap::Blues.at(scale.at(value)));
                let share = if total == 0 {
                    String::new()
                } else {
                    format!(" ({percent:.1} % of {total})")
                };
                let tooltip = format!("{name} taken for {other}: {count}{share}");
                panel.add(
                    Mark::rect(left, top, step, height)
                        .fill(&color)
                        .stroke(PAPER, 1.0)
                        .tooltip(tooltip),
                );
                if width(&text, TICK_SIZE, Weight::Regular) + 4.0 <= step {
                    let (x, y) = (left + step / 2.0, top + height / 2.0);
                    panel.add(
                        Mark::text(x, y, Anchor::Middle, TICK_SIZE, text).fill(ink_on(&color)),
                    );
                }
            }
        }
        let alt = check::listed(self.labels.iter().zip(&self.counts).enumerate().map(
            |(index, (name, row))| {
                let hits = row.get(index).copied().unwrap_or(0);
                format!("{name} {hits} of {} right", row.iter().sum::<u64>())
            },
        ));
        panel.finish(format!("Confusion matrix: {alt}."))
    }
}
