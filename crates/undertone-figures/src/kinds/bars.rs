//! Bars by category, beside each other or stacked.

use crate::axis::Axis;
use crate::chart::{Chart, Panel, Right, no_data};
use crate::check;
use crate::error::FigureError;
use crate::figure::{Drawing, Figure, Frame, in_both_widths};
use crate::legend::{Entry, Swatch};
use crate::palette::ink_on;
use crate::scale::Scale;
use crate::scene::{Anchor, Mark};
use crate::text::{LINE, Weight, width};
use crate::theme::{INK, TICK_SIZE};

/// Values for every category under one name.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Name in the legend.
    pub name: String,
    /// One value per category.
    pub values: Vec<f64>,
}

/// The arrangement of several series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stacking {
    /// Beside each other.
    Grouped,
    /// On top of each other. Values must not be negative.
    Stacked,
}

/// Bars by category. A bar has the color of its category if there is one series, else that of its
/// series.
#[derive(Debug, Clone, PartialEq)]
pub struct BarChart {
    /// Title and size.
    pub frame: Frame,
    /// What the categories are.
    pub category_label: String,
    /// What is counted or measured, with its unit.
    pub value_label: String,
    /// The categories, in order.
    pub categories: Vec<String>,
    /// The bars.
    pub series: Vec<Series>,
    /// The arrangement of several series.
    pub stacking: Stacking,
}

impl BarChart {
    /// Draw the chart. Bars show their values if there is room.
    ///
    /// # Errors
    /// [`FigureError::Mismatch`] for a series of another length than the categories,
    /// [`FigureError::Value`] for a value that is not finite, or negative in a stack.
    pub fn draw(&self) -> Result<Figure, FigureError> {
        in_both_widths(&self.frame, |frame| self.draw_in(frame))
    }

    fn draw_in(&self, frame: &Frame) -> Result<Drawing, FigureError> {
        for series in &self.series {
            let what = format!("series `{}`", series.name);
            check::same_length(frame, &what, series.values.len(), self.categories.len())?;
            for value in &series.values {
                match self.stacking {
                    Stacking::Grouped => check::finite(frame, &what, *value)?,
                    Stacking::Stacked => check::count(frame, &what, *value)?,
                }
            }
        }
        if self.categories.is_empty() || self.series.is_empty() {
            return no_data(frame);
        }
        let names: Vec<String> = self
            .series
            .iter()
            .map(|series| series.name.clone())
            .collect();
        let series_colors = frame.colors(&names);
        let legend = if let [_] = self.series.as_slice() {
            Vec::new()
        } else {
            names
                .iter()
                .zip(&series_colors)
                .map(|(name, color)| Entry::new(name, color, Swatch::Area))
                .collect()
        };
        let mut panel = Chart {
            frame,
            legend,
            x: Axis::Categories {
                label: &self.category_label,
                names: &self.categories,
            },
            y: Axis::Numeric {
                label: &self.value_label,
                scale: self.scale(),
            },
            right: Right::Nothing,
            grid: (false, true),
        }
        .lay_out();
        match self.stacking {
            Stacking::Grouped => self.draw_grouped(&mut panel, &series_colors),
            Stacking::Stacked => self.draw_stacked(&mut panel, &series_colors),
        }
        let alt = check::listed(self.series.iter().flat_map(|series| {
            series
                .values
                .iter()
                .zip(&self.categories)
                .map(move |(value, category)| {
                    format!("{} {category} {}", series.name, check::short(*value))
                })
        }));
        panel.finish(format!(
            "Bar chart of {} by {}: {alt}.",
            self.value_label, self.category_label
        ))
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        self.series
            .iter()
            .flat_map(|series| series.values.iter().copied())
    }

    fn total(&self, category: usize) -> f64 {
        self.series
            .iter()
            .filter_map(|series| series.values.get(category))
            .sum()
    }

    /// Return a scale with room above the highest bar for its value.
    fn scale(&self) -> Scale {
        let highest: Vec<f64> = match self.stacking {
            Stacking::Grouped => self.values().collect(),
            Stacking::Stacked => (0..self.categories.len())
                .map(|category| self.total(category))
                .collect(),
        };
        let roomy = highest.iter().map(|value| value * 1.06);
        if self.values().all(|value| value.fract() == 0.0) {
            Scale::counts(roomy)
        } else {
            Scale::from_zero(roomy)
        }
    }

    fn draw_grouped(&self, panel: &mut Panel, series_colors: &[String]) {
        let count = self.series.len() as f64;
        let zero = panel.y(0.0);
        for (index, category) in self.categories.iter().enumerate() {
            let (left, step) = panel.column(index, self.categories.len());
            let bar = 0.8 * step / count;
            for (place, (series, series_color)) in self.series.iter().zip(series_colors).enumerate()
            {
                let Some(value) = series.values.get(index).copied() else {
                    continue;
                };
                let color = if count == 1.0 {
                    self.frame.placed_color(category)
                } else {
                    series_color
                };
                let (x, y) = (left + 0.1 * step + bar * place as f64, panel.y(value));
                let tooltip = format!("{category}, {}: {}", series.name, check::short(value));
                panel.add(
                    Mark::rect(x, y.min(zero), bar * 0.96, (zero - y).abs())
                        .fill(color)
                        .tooltip(tooltip),
                );
                let text = check::short(value);
                if width(&text, TICK_SIZE, Weight::Regular) + 3.0 <= bar.max(step / count) {
                    let beyond = LINE * TICK_SIZE / 2.0 + 1.0;
                    let y = if value < 0.0 { y + beyond } else { y - beyond };
                    panel.add(
                        Mark::text(x + bar * 0.48, y, Anchor::Middle, TICK_SIZE, text).fill(INK),
                    );
                }
            }
        }
    }

    fn draw_stacked(&self, panel: &mut Panel, series_colors: &[String]) {
        for (index, category) in self.categories.iter().enumerate() {
            let (left, step) = panel.column(index, self.categories.len());
            let mut below = 0.0;
            for (series, color) in self.series.iter().zip(series_colors) {
                let Some(value) = series.values.get(index).copied() else {
                    continue;
                };
                let (top, bottom) = (panel.y(below + value), panel.y(below));
                let tooltip = format!("{category}, {}: {}", series.name, check::short(value));
                panel.add(
                    Mark::rect(left + 0.12 * step, top, 0.76 * step, bottom - top)
                        .fill(color)
                        .tooltip(tooltip),
                );
                let text = check::short(value);
                let fits = width(&text, TICK_SIZE, Weight::Regular) + 4.0 <= 0.76 * step;
                if fits && bottom - top >= LINE * TICK_SIZE {
                    let (x, y) = (left + step / 2.0, (top + bottom) / 2.0);
                    panel
                        .add(Mark::text(x, y, Anchor::Middle, TICK_SIZE, text).fill(ink_on(color)));
                }
                below += value;
            }
            let text = check::short(below);
            if self.series.len() > 1 && width(&text, TICK_SIZE, Weight::Regular) + 4.0 <= step {
                let (x, y) = (
                    left + step / 2.0,
                    panel.y(below) - LINE * TICK_SIZE / 2.0 - 1.0,
                );
                panel.add(Mark::text(x, y, Anchor::Middle, TICK_SIZE, text).fill(INK));
            }
        }
    }
}
