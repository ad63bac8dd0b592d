//! Values over epochs, thresholds or time.

use crate::axis::Axis;
use crate::chart::{Chart, Panel, Right, no_data};
use crate::check;
use crate::error::FigureError;
use crate::figure::{Drawing, Figure, Frame, in_both_widths};
use crate::legend::{Entry, Swatch};
use crate::palette::colors;
use crate::scale::{Scale, bounds};
use crate::scene::Mark;
use crate::theme::INK;

use super::histogram::Marker;

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Name in the legend.
    pub name: String,
    /// Points in order; the line is broken where one of the two is not finite.
    pub points: Vec<(f64, f64)>,
    /// Whether it is drawn dashed.
    pub dashed: bool,
    /// Whether it is read on the second axis.
    pub second_axis: bool,
}

/// A vertical axis.
#[derive(Debug, Clone, PartialEq)]
pub struct LineAxis {
    /// What is measured, with its unit.
    pub label: String,
    /// Whether it grows by powers of ten; values that are not positive are then not drawn.
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
    /// The axis on the right, for lines that are read there.
    pub second: Option<LineAxis>,
    /// The lines.
    pub lines: Vec<Line>,
    /// Values of the horizontal axis to point out, as the best epoch.
    pub markers: Vec<Marker>,
}

impl LineAxis {
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
    /// Draws the chart. A point without neighbors is a dot.
    ///
    /// # Errors
    /// [`FigureError::Mismatch`] for a line on a second axis that is not described.
    pub fn draw(&self) -> Result<Figure, FigureError> {
        in_both_widths(&self.frame, |frame| self.draw_in(frame))
    }

    fn draw_in(&self, frame: &Frame) -> Result<Drawing, FigureError> {
        if self.second.is_none() && self.lines.iter().any(|line| line.second_axis) {
            return Err(FigureError::Mismatch {
                figure: frame.title.clone(),
                what: "a line is read on a second axis, and there is none".into(),
            });
        }
        let drawable = |line: &Line, (x, y): (f64, f64)| {
            let axis = self
                .second
                .as_ref()
                .filter(|_| line.second_axis)
                .unwrap_or(&self.y);
            x.is_finite() && axis.drawable(y)
        };
        let points = |second: bool| {
            self.lines
                .iter()
                .filter(move |line| line.second_axis == second)
                .flat_map(move |line| {
                    line.points
                        .iter()
                        .copied()
                        .filter(move |point| drawable(line, *point))
                })
        };
        let all_x = points(false).chain(points(true)).map(|(x, _)| x);
        let Some((first, last)) = bounds(all_x) else {
            return no_data(frame);
        };
        let markers: Vec<&Marker> = self
            .markers
            .iter()
            .filter(|marker| marker.value.is_finite())
            .collect();
        let (first, last) = bounds(
            markers
                .iter()
                .map(|marker| marker.value)
                .chain([first, last]),
        )
        .unwrap_or((first, last));
        let whole = self
            .lines
            .iter()
            .flat_map(|line| &line.points)
            .all(|(x, _)| x.fract() == 0.0);
        let x = if first == last {
            Scale::Linear {
                low: first - 1.0,
                high: first + 1.0,
                whole,
            }
        } else {
            Scale::Linear {
                low: first,
                high: last,
                whole,
            }
        };
        let names: Vec<String> = self.lines.iter().map(|line| line.name.clone()).collect();
        let line_colors = colors(&names);
        let mut legend: Vec<Entry> = self
            .lines
            .iter()
            .zip(&line_colors)
            .map(|(line, color)| {
                Entry::new(
                    &line.name,
                    color,
                    if line.dashed {
                        Swatch::Dashes
                    } else {
                        Swatch::Line
                    },
                )
            })
            .collect();
        legend.extend(
            markers
                .iter()
                .map(|marker| Entry::new(&marker.name, INK, Swatch::Dashes)),
        );
        let second = points(true).map(|(_, y)| y);
        let mut panel = Chart {
            frame,
            legend,
            x: Axis::Numeric {
                label: &self.x_label,
                scale: x,
            },
            y: Axis::Numeric {
                label: &self.y.label,
                scale: self.y.scale(points(false).map(|(_, y)| y)),
            },
            right: self
                .second
                .as_ref()
                .map_or(Right::Nothing, |axis| Right::Axis {
                    label: axis.label.clone(),
                    scale: axis.scale(second),
                }),
            grid: (false, true),
        }
        .lay_out();
        for marker in markers {
            let x = panel.x(marker.value);
            let down = [(x, panel.top), (x, panel.top + panel.height)];
            panel.add(
                Mark::line(&down)
                    .stroke(INK, 1.2)
                    .dashed()
                    .tooltip(&marker.name),
            );
        }
        for (line, color) in self.lines.iter().zip(&line_colors) {
            for stretch in line.points.split(|point| !drawable(line, *point)) {
                draw_stretch(&mut panel, line, stretch, color);
            }
        }
        let alt = check::listed(self.lines.iter().filter_map(|line| {
            let mut finite = line.points.iter().filter(|point| drawable(line, **point));
            let first = finite.next()?;
            let last = finite.next_back().unwrap_or(first);
            Some(format!(
                "{} from {} to {}",
                line.name,
                check::short(first.1),
                check::short(last.1)
            ))
        }));
        panel.finish(format!("Lines over {}: {alt}.", self.x_label))
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
