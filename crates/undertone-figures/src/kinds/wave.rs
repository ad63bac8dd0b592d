//! Wave forms.

use crate::axis::Axis;
use crate::chart::{Chart, Panel, Right, no_data};
use crate::check;
use crate::error::FigureError;
use crate::figure::{Drawing, Figure, Frame, in_both_widths};
use crate::scale::{Scale, bounds};
use crate::scene::Mark;
use crate::theme::{GRID, MUTED};

/// A wave form: the lowest and the highest sample in each of a few hundred columns.
#[derive(Debug, Clone, PartialEq)]
pub struct WavePlot {
    /// Title and size.
    pub frame: Frame,
    /// The name whose color the wave has.
    pub name: String,
    /// Lowest and highest sample of each column, −1 to 1.
    pub peaks: Vec<(f64, f64)>,
    /// Length of the recording in seconds.
    pub seconds: f64,
    /// Highest amplitude of the axis, to make figures comparable. `None` takes that of the
    /// recording.
    pub limit: Option<f64>,
    /// Spans in seconds that trimming removes. They are shaded.
    pub trimmed: Vec<(f64, f64)>,
}

impl WavePlot {
    /// Draw the figure. Columns with a sample that is not finite are left out.
    ///
    /// # Errors
    /// [`FigureError::Value`] for a length that is negative or not finite.
    pub fn draw(&self) -> Result<Figure, FigureError> {
        in_both_widths(&self.frame, |frame| self.draw_in(frame))
    }

    fn draw_in(&self, frame: &Frame) -> Result<Drawing, FigureError> {
        check::count(frame, "the length in seconds", self.seconds)?;
        let reach = bounds(
            self.peaks
                .iter()
                .flat_map(|(low, high)| [low.abs(), high.abs()]),
        );
        let Some((_, reach)) = reach.filter(|_| self.seconds > 0.0) else {
            return no_data(frame);
        };
        let reach = self.limit.filter(|limit| *limit > 0.0).unwrap_or(reach);
        let reach = if reach > 0.0 && reach.is_finite() {
            reach
        } else {
            1.0
        };
        let mut panel = Chart {
            frame,
            legend: Vec::new(),
            x: Axis::Numeric {
                label: "time (s)",
                scale: Scale::exact(0.0, self.seconds),
            },
            y: Axis::Numeric {
                label: "amplitude",
                scale: Scale::round(-reach, reach),
            },
            right: Right::Nothing,
            grid: (false, true),
        }
        .lay_out();
        let columns = self.peaks.len() as f64;
        let place = |index: usize| panel.x(self.seconds * (index as f64 + 0.5) / columns);
        let finite = |(low, high): &(f64, f64)| low.is_finite() && high.is_finite();
        let color = frame.colors(std::slice::from_ref(&self.name)).concat();
        let columns: Vec<(usize, (f64, f64))> = self
            .peaks
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, peaks)| finite(peaks))
            .collect();
        let upper = columns
            .iter()
            .map(|(index, (_, high))| (place(*index), panel.y(*high)));
        let lower = columns
            .iter()
            .rev()
            .map(|(index, (low, _))| (place(*index), panel.y(*low)));
        let outline: Vec<(f64, f64)> = upper.chain(lower).collect();
        panel.add(Mark::polygon(&outline).fill(&color).stroke(&color, 0.8));
        shade(&mut panel, &self.trimmed, self.seconds, MUTED, 0.6);
        panel.finish(format!(
            "Wave form of {} s, highest amplitude {}.",
            check::short(self.seconds),
            check::short(reach)
        ))
    }
}

/// Shade the spans of time that trimming removes. The higher the opacity, the less of the figure is
/// visible below the shade.
pub(super) fn shade(
    panel: &mut Panel,
    spans: &[(f64, f64)],
    seconds: f64,
    edges: &str,
    opacity: f64,
) {
    let inside = spans
        .iter()
        .map(|(start, end)| (start.clamp(0.0, seconds), end.clamp(0.0, seconds)));
    for (start, end) in inside.filter(|(start, end)| end > start) {
        let (left, right) = (panel.x(start), panel.x(end));
        let tooltip = format!(
            "trimmed: {} to {} s",
            check::short(start),
            check::short(end)
        );
        panel.add(
            Mark::rect(left, panel.top, right - left, panel.height)
                .fill(GRID)
                .opacity(opacity)
                .tooltip(tooltip),
        );
        for (edge, inside) in [(left, start > 0.0), (right, end < seconds)] {
            if inside {
                let down = [(edge, panel.top), (edge, panel.top + panel.height)];
                panel.add(Mark::line(&down).stroke(edges, 1.2).dashed());
            }
        }
    }
}
