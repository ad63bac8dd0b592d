//! Values over epochs, thresholds or time.

use crate::axis::Axis;
use crate::chart::{Chart, Panel, Right, no_data};
use crate::check;
use crate::error::FigureError;
use crate::figure::{Drawing, Figure, Frame, in_both_widths};
use crate::legend::{Entry, Swatch};
use crate::scale::{Scale, bounds};
use crate::scene::Mark;
use crate::theme::INK;

use super::marker::{self, Marker};

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Name in the legend.
    pub name: String,
    /// Points in order. The line is interrupted at points that are not finite.
    pub points: Vec<(f64, f64)>,
    /// Whether the line is dashed.
    pub dashed: bool,
    /// Whether the line belongs to the second axis.
    pub second_axis: bool,
}

/// A vertical axis.
#[derive(Debug, Clone, PartialEq)]
pub struct LineAxis {
    /// What is measured, with its unit.
    pub label: String,
    /// Whether it is logarithmic. Values that are not positive are then not drawn.
    pub logarithmic: bool,
    /// Whether it begins at zero.
    pub from_zero: bool,
}

/// Lines over a common horizontal axis.
#[derive(Debug, Clone, PartialEq)]
pub struct LineChart {
    /// Title and size.
    pub frame: Frame,
    /// What the horizontal axis is, with its unit.
    pub x_label: String,
    /// The vertical axis.
    pub y: LineAxis,
    /// The axis on the right.
    pub second: Option<LineAxis>,
    /// The lines.
    pub lines: Vec<Line>,
    /// Values of the horizontal axis to point out, such as the best epoch.
    pub markers: Vec<Marker>,
}

impl LineAxis {
    /// An axis that begins at zero.
    pub fn from_zero(label: &str) -> Self {
        Self {
            label: label.into(),
            logarithmic: false,
            from_zero: true,
        }
    }

    fn scale(&self, values: impl Iterator<Item = f64> + Clone) -> Scale {
        if self.logarithmic {
            return Scale::log(values);
        }
        let (low, high) = bounds(values.clone()).unwrap_or((0.0, 1.0));
        if self.from_zero {
            Scale::from_zero(values)
        } else {
            Scale::round(low, high)
        }
    }

    fn drawable(&self, value: f64) -> bool {
        value.is_finite() && (!self.logarithmic || value > 0.0)
    }
}

impl LineChart {
    /// Draw the chart. A point without neighbors is a dot.
    ///
    /// # Errors
    /// [`FigureError::Mismatch`] if a line is on the second axis and there is none.
    pub fn draw(&self) -> Result<Figure, FigureError> {
        in_both_widths(&self.frame, |frame| self.draw_in(frame))
    }

    fn draw_in(&self, frame: &Frame) -> Result<Drawing, FigureError> {
        if self.second.is_none() && self.lines.iter().any(|line| line.second_axis) {
            return Err(FigureError::Mismatch {
                figure: frame.title.clone(),
                what: "a line is on the second axis, and there is none".into(),
            });
        }
        let markers = marker::finite(&self.markers);
        let Some(x) = self.x_scale(&markers) else {
            return no_data(frame);
        };
        let names: Vec<String> = self.lines.iter().map(|line| line.name.clone()).collect();
        let colors = frame.colors(&names);
        let lines = self.lines.iter().zip(&colors);
        let entries = lines.clone().map(|(line, color)| line.entry(color));
        let marked = markers.iter().map(|marker| marker.entry(INK));
        let values = |second: bool| self.points(second).map(|(_, y)| y);
        let mut panel = Chart {
            frame,
            legend: entries.chain(marked).collect(),
            x: Axis::Numeric {
                label: &self.x_label,
                scale: x,
            },
            y: Axis::Numeric {
                label: &self.y.label,
                scale: self.y.scale(values(false)),
            },
            right: self
                .second
                .as_ref()
                .map_or(Right::Nothing, |axis| Right::Axis {
                    label: axis.label.clone(),
                    scale: axis.scale(values(true)),
                }),
            grid: (false, true),
        }
        .lay_out();
        for marker in markers {
            marker.draw(&mut panel, INK, 1.2);
        }
        for (line, color) in lines {
            for stretch in line.points.split(|point| !self.can_draw(line, *point)) {
                draw_stretch(&mut panel, line, stretch, color);
            }
        }
        let alt = check::listed(self.lines.iter().filter_map(|line| self.in_words(line)));
        panel.finish(format!("Lines over {}: {alt}.", self.x_label))
    }

    /// Whether a point of a line has a place in the chart.
    fn can_draw(&self, line: &Line, (x, y): (f64, f64)) -> bool {
        let second = self.second.as_ref().filter(|_| line.second_axis);
        x.is_finite() && second.unwrap_or(&self.y).drawable(y)
    }

    /// Iterate over the points that can be drawn, of the lines on one of the axes.
    fn points(&self, second: bool) -> impl Iterator<Item = (f64, f64)> + Clone {
        let lines = self.lines.iter();
        let on_axis = lines.filter(move |line| line.second_axis == second);
        on_axis.flat_map(|line| {
            let points = line.points.iter().copied();
            points.filter(|point| self.can_draw(line, *point))
        })
    }

    /// Return a scale from the first point or marker to the last; `None` if there is no point.
    fn x_scale(&self, markers: &[&Marker]) -> Option<Scale> {
        let points = self.points(false).chain(self.points(true));
        let (first, last) = bounds(points.map(|(x, _)| x))?;
        let marked = markers.iter().map(|marker| marker.value);
        let (first, last) = bounds(marked.chain([first, last]))?;
        let (low, high) = if first == last {
            (first - 1.0, first + 1.0)
        } else {
            (first, last)
        };
        let mut given = self.lines.iter().flat_map(|line| &line.points);
        let whole = given.all(|(x, _)| x.fract() == 0.0);
        Some(Scale::Linear { low, high, whole })
    }

    /// A line's first and last value.
    fn in_words(&self, line: &Line) -> Option<String> {
        let mut points = line
            .points
            .iter()
            .filter(|point| self.can_draw(line, **point));
        let first = points.next()?;
        let last = points.next_back().unwrap_or(first);
        let [first, last] = [first, last].map(|(_, y)| check::short(*y));
        Some(format!("{} from {first} to {last}", line.name))
    }
}

impl Line {
    /// A solid line on the first axis.
    pub fn new(name: &str, points: Vec<(f64, f64)>) -> Self {
        Self {
            name: name.into(),
            points,
            dashed: false,
            second_axis: false,
        }
    }

    fn entry(&self, color: &str) -> Entry {
        let swatch = match self.dashed {
            true => Swatch::Dashes,
            false => Swatch::Line,
        };
        Entry::new(&self.name, color, swatch)
    }
}

fn draw_stretch(panel: &mut Panel, line: &Line, points: &[(f64, f64)], color: &str) {
    let place = |(x, y): (f64, f64)| {
        (
            panel.x(x),
            if line.second_axis {
                panel.right(y)
            } else {
                panel.y(y)
            },
        )
    };
    let places: Vec<(f64, f64)> = points.iter().copied().map(place).collect();
    if places.len() <= 40 && !line.second_axis && !places.is_empty() {
        panel.add(Mark::dots(
            &places,
            if places.len() == 1 { 7.0 } else { 4.5 },
            color,
        ));
    } else if places.len() == 1 {
        panel.add(Mark::dots(&places, 7.0, color));
    }
    if places.len() > 1 {
        let mark = Mark::line(&places).stroke(color, if line.second_axis { 1.3 } else { 2.0 });
        panel.add(if line.dashed { mark.dashed() } else { mark }.tooltip(&line.name));
    }
}
