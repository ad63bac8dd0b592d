//! Points in two dimensions by group.

use crate::axis::Axis;
use crate::chart::{Chart, Right, no_data};
use crate::check;
use crate::error::FigureError;
use crate::figure::{Drawing, Figure, Frame, in_both_widths};
use crate::legend::{Entry, Swatch};
use crate::scale::{Scale, bounds};
use crate::scene::Mark;

use super::samples::with_left_out;

/// Points under one name.
#[derive(Debug, Clone, PartialEq)]
pub struct PointGroup {
    /// Name in the legend.
    pub name: String,
    /// The points as (x, y).
    pub points: Vec<(f64, f64)>,
}

/// Points in two dimensions, colored by group.
#[derive(Debug, Clone, PartialEq)]
pub struct ScatterPlot {
    /// Title and size.
    pub frame: Frame,
    /// What the horizontal axis is.
    pub x_label: String,
    /// What the vertical axis is.
    pub y_label: String,
    /// The groups. Points that are not finite are left out and counted in the note.
    pub groups: Vec<PointGroup>,
}

/// Largest number of points. If there are more, every second, third, … of each group is drawn.
const MOST: usize = 6000;

impl ScatterPlot {
    /// Draw the figure. If there are more than 6000 points, some of them are drawn, and the note
    /// says so.
    ///
    /// # Errors
    /// [`FigureError::Write`], which does not happen in practice.
    pub fn draw(&self) -> Result<Figure, FigureError> {
        in_both_widths(&self.frame, |frame| self.draw_in(frame))
    }

    fn draw_in(&self, frame: &Frame) -> Result<Drawing, FigureError> {
        let finite: Vec<Vec<(f64, f64)>> = self
            .groups
            .iter()
            .map(|group| {
                group
                    .points
                    .iter()
                    .copied()
                    .filter(|(x, y)| x.is_finite() && y.is_finite())
                    .collect()
            })
            .collect();
        let count: usize = finite.iter().map(Vec::len).sum();
        let given: usize = self.groups.iter().map(|group| group.points.len()).sum();
        let points = || finite.iter().flatten();
        let (Some((left, right)), Some((low, high))) = (
            bounds(points().map(|(x, _)| *x)),
            bounds(points().map(|(_, y)| *y)),
        ) else {
            return no_data(frame);
        };
        let stride = count.div_ceil(MOST).max(1);
        let mut frame = with_left_out(frame, given - count);
        if stride > 1 {
            frame.note = format!(
                "{} One in {stride} of the {count} points is shown.",
                frame.note
            )
            .trim()
            .to_owned();
        }
        let names: Vec<String> = self.groups.iter().map(|group| group.name.clone()).collect();
        let group_colors = frame.colors(&names);
        let legend = names
            .iter()
            .zip(&group_colors)
            .map(|(name, color)| Entry::new(name, color, Swatch::Dot));
        let mut panel = Chart {
            frame: &frame,
            legend: legend.collect(),
            x: Axis::Numeric {
                label: &self.x_label,
                scale: Scale::round(left, right),
            },
            y: Axis::Numeric {
                label: &self.y_label,
                scale: Scale::round(low, high),
            },
            right: Right::Nothing,
            grid: (true, true),
        }
        .lay_out();
        let diameter = match count / stride {
            0..200 => 7.0,
            200..1000 => 5.0,
            _ => 3.6,
        };
        for ((points, color), name) in finite.iter().zip(&group_colors).zip(&names) {
            let places: Vec<(f64, f64)> = points
                .iter()
                .step_by(stride)
                .map(|(x, y)| (panel.x(*x), panel.y(*y)))
                .collect();
            if !places.is_empty() {
                panel.add(
                    Mark::dots(&places, diameter, color)
                        .opacity(0.75)
                        .tooltip(name),
                );
            }
        }
        let alt = check::listed(
            names
                .iter()
                .zip(&finite)
                .map(|(name, points)| format!("{} points of {name}", points.len())),
        );
        panel.finish(format!(
            "Scatter plot of {} over {}: {alt}.",
            self.y_label, self.x_label
        ))
    }
}
