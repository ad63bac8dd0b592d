//! Percentages in a grid of named rows and columns.

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

/// Percentages in a grid, each cell with its number: for instance the score of each training corpus
/// on each test corpus.
#[derive(Debug, Clone, PartialEq)]
pub struct GridFigure {
    /// Title and size.
    pub frame: Frame,
    /// What the rows are.
    pub row_label: String,
    /// What the columns are.
    pub column_label: String,
    /// The names of the rows, from the top.
    pub rows: Vec<String>,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// What the values are, beside the color bar.
    pub value_label: String,
    /// Percentages, 0 to 100, row by row. Those that are not finite are shown as missing.
    pub values: Vec<Vec<f64>>,
}

impl GridFigure {
    /// Draw the figure.
    ///
    /// # Errors
    /// [`FigureError::Mismatch`] for values that do not fit the names.
    pub fn draw(&self) -> Result<Figure, FigureError> {
        in_both_widths(&self.frame, |frame| self.draw_in(frame))
    }

    fn draw_in(&self, frame: &Frame) -> Result<Drawing, FigureError> {
        check::same_length(frame, "the grid", self.values.len(), self.rows.len())?;
        for row in &self.values {
            check::same_length(frame, "a row of the grid", row.len(), self.columns.len())?;
        }
        if !self.values.iter().flatten().any(|value| value.is_finite()) {
            return no_data(frame);
        }
        let scale = Scale::exact(0.0, 100.0);
        let mut panel = Chart {
            frame,
            legend: Vec::new(),
            x: Axis::Categories {
                label: &self.column_label,
                names: &self.columns,
            },
            y: Axis::Categories {
                label: &self.row_label,
                names: &self.rows,
            },
            right: Right::ColorBar {
                label: self.value_label.clone(),
                scale: scale.clone(),
                map: ColorMap::Blues,
            },
            grid: (false, false),
        }
        .lay_out();
        for (index, (row, name)) in self.values.iter().zip(&self.rows).enumerate() {
            let (top, height) = panel.row(index, self.rows.len());
            for (place, (value, column)) in row.iter().zip(&self.columns).enumerate() {
                let (left, step) = panel.column(place, self.columns.len());
                let (shown, text) = match value.is_finite() {
                    true => (*value, format!("{value:.1}")),
                    false => (0.0, "–".to_owned()),
                };
                let color = hex(ColorMap::Blues.at(scale.at(shown)));
                panel.add(
                    Mark::rect(left, top, step, height)
                        .fill(&color)
                        .stroke(PAPER, 1.0)
                        .tooltip(format!(
                            "{} {name}, {} {column}: {text}",
                            self.row_label, self.column_label
                        )),
                );
                if width(&text, TICK_SIZE, Weight::Regular) + 4.0 <= step {
                    let (x, y) = (left + step / 2.0, top + height / 2.0);
                    panel.add(
                        Mark::text(x, y, Anchor::Middle, TICK_SIZE, text).fill(ink_on(&color)),
                    );
                }
            }
        }
        let alt = check::listed(self.rows.iter().zip(&self.values).map(|(name, row)| {
            let known: Vec<f64> = row.iter().copied().filter(|v| v.is_finite()).collect();
            let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
            format!("{name} {mean:.1} on average")
        }));
        panel.finish(format!(
            "{} by {} and {}: {alt}.",
            self.value_label, self.row_label, self.column_label
        ))
    }
}
