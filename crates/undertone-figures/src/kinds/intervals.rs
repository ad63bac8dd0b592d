//! Values with confidence intervals, by group.

use crate::axis::Axis;
use crate::chart::{Chart, Panel, Right, no_data};
use crate::check;
use crate::error::FigureError;
use crate::figure::{Drawing, Figure, Frame, in_both_widths};
use crate::scale::{Scale, bounds};
use crate::scene::Mark;
use crate::theme::INK;

use super::marker::{self, Marker};

/// One group's value and its interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Interval {
    /// The group.
    pub name: String,
    /// The value. A group whose value is not finite has a row without a dot.
    pub value: f64,
    /// Lower and upper bound, if they are known.
    pub bounds: Option<(f64, f64)>,
}

/// Dots with intervals, one row per group.
#[derive(Debug, Clone, PartialEq)]
pub struct IntervalPlot {
    /// Title and size.
    pub frame: Frame,
    /// What the groups are.
    pub group_label: String,
    /// What is measured, with its unit and the interval's kind.
    pub value_label: String,
    /// The groups, from the top.
    pub groups: Vec<Interval>,
    /// Ends of the axis; `None` takes the data's.
    pub range: Option<(f64, f64)>,
    /// Values to point out, such as the mean or chance.
    pub markers: Vec<Marker>,
}

impl IntervalPlot {
    /// Draw the figure. It grows in height with the number of groups.
    ///
    /// # Errors
    /// [`FigureError::Value`] for a range that is not finite.
    pub fn draw(&self) -> Result<Figure, FigureError> {
        in_both_widths(&self.frame, |frame| self.draw_in(frame))
    }

    fn draw_in(&self, frame: &Frame) -> Result<Drawing, FigureError> {
        for end in self.range.iter().flat_map(|(low, high)| [*low, *high]) {
            check::finite(frame, "the end of the axis", end)?;
        }
        let markers = marker::finite(&self.markers);
        let values = self.groups.iter().flat_map(|group| {
            let ends = group.bounds.unwrap_or((group.value, group.value));
            [group.value, ends.0, ends.1]
        });
        let Some((low, high)) = bounds(values) else {
            return no_data(frame);
        };
        let all = markers.iter().map(|marker| marker.value).chain([low, high]);
        let (low, high) = bounds(all).unwrap_or((low, high));
        let scale = self.range.map_or_else(
            || Scale::round(low, high),
            |(low, high)| Scale::exact(low, high),
        );
        let names: Vec<String> = self.groups.iter().map(|group| group.name.clone()).collect();
        let mut panel = Chart {
            frame,
            legend: markers.iter().map(|marker| marker.entry(INK)).collect(),
            x: Axis::Numeric {
                label: &self.value_label,
                scale,
            },
            y: Axis::Categories {
                label: &self.group_label,
                names: &names,
            },
            right: Right::Nothing,
            grid: (true, false),
        }
        .lay_out();
        for marker in markers {
            marker.draw(&mut panel, INK, 1.2);
        }
        for (index, group) in self.groups.iter().enumerate() {
            let (top, step) = panel.row(index, names.len());
            let color = frame.placed_color(&group.name);
            group.draw(&mut panel, top + step / 2.0, color);
        }
        let alt = check::listed(self.groups.iter().map(|group| group.in_words(" ")));
        panel.finish(format!(
            "{} by {}: {alt}.",
            self.value_label, self.group_label
        ))
    }
}

impl Interval {
    fn draw(&self, panel: &mut Panel, y: f64, color: &str) {
        let is_finite = |(low, high): &(f64, f64)| low.is_finite() && high.is_finite();
        if let Some((low, high)) = self.bounds.filter(is_finite) {
            let (low, high) = (panel.x(low), panel.x(high));
            panel.add(
                Mark::line(&[(low, y), (high, y)])
                    .stroke(color, 2.0)
                    .tooltip(self.in_words(": ")),
            );
            for end in [low, high] {
                panel.add(Mark::line(&[(end, y - 4.0), (end, y + 4.0)]).stroke(color, 1.5));
            }
        }
        if self.value.is_finite() {
            panel.add(
                Mark::circle(panel.x(self.value), y, 4.5)
                    .fill(color)
                    .tooltip(self.in_words(": ")),
            );
        }
    }

    /// Name, value and bounds.
    fn in_words(&self, separator: &str) -> String {
        let value = format!("{}{separator}{}", self.name, check::short(self.value));
        match self.bounds {
            Some((low, high)) => {
                format!("{value} ({} to {})", check::short(low), check::short(high))
            }
            None => value,
        }
    }
}
