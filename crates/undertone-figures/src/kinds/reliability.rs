//! Reliability diagrams: accuracy by confidence.

use crate::axis::Axis;
use crate::chart::{Chart, Panel, Right, no_data};
use crate::check;
use crate::error::FigureError;
use crate::figure::{Drawing, Figure, Frame, in_both_widths};
use crate::legend::{Entry, Swatch};
use crate::scale::Scale;
use crate::scene::{Anchor, Mark};
use crate::text::{LINE, Weight, width};
use crate::theme::{INK, MUTED, TICK_SIZE};

/// The predictions whose confidence lies in one bin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReliabilityBin {
    /// Lower and upper end of the bin, 0 to 1.
    pub range: (f64, f64),
    /// Number of predictions.
    pub count: u64,
    /// Their mean confidence, 0 to 1.
    pub confidence: f64,
    /// Share of them that is correct, 0 to 1.
    pub accuracy: f64,
}

/// Accuracy by confidence (Guo et al. 2017), with the expected calibration error.
#[derive(Debug, Clone, PartialEq)]
pub struct ReliabilityDiagram {
    /// Title and size.
    pub frame: Frame,
    /// The bins. Bins without predictions are not drawn.
    pub bins: Vec<ReliabilityBin>,
    /// Expected calibration error, 0 to 1.
    pub error: f64,
}

impl ReliabilityDiagram {
    /// Draw the figure. The number of predictions stands above each bin.
    ///
    /// # Errors
    /// [`FigureError::Value`] if a bin with predictions has a value that is not finite.
    pub fn draw(&self) -> Result<Figure, FigureError> {
        in_both_widths(&self.frame, |frame| self.draw_in(frame))
    }

    fn draw_in(&self, frame: &Frame) -> Result<Drawing, FigureError> {
        let bins: Vec<&ReliabilityBin> = self.bins.iter().filter(|bin| bin.count > 0).collect();
        for bin in &bins {
            for value in [bin.range.0, bin.range.1, bin.confidence, bin.accuracy] {
                check::finite(frame, "a bin's confidence or accuracy", value)?;
            }
        }
        if bins.is_empty() {
            return no_data(frame);
        }
        let error = format!("expected calibration error {:.1} %", 100.0 * self.error);
        let numbers = "numbers at the top: clips per bin";
        let note = [frame.note.as_str(), &error, numbers]
            .into_iter()
            .filter(|note| !note.is_empty())
            .collect::<Vec<_>>()
            .join(" · ");
        let frame = frame.clone().noted(note);
        let color = frame.colors(&["accuracy".into()]).concat();
        let mut panel = Chart {
            frame: &frame,
            legend: vec![
                Entry::new("accuracy", &color, Swatch::Area),
                Entry::new("mean confidence", INK, Swatch::Dot),
                Entry::new("perfectly calibrated", MUTED, Swatch::Dashes),
            ],
            x: Axis::Numeric {
                label: "confidence",
                scale: Scale::exact(0.0, 1.0),
            },
            // Room for the numbers above a bar that reaches 1.
            y: Axis::Numeric {
                label: "accuracy",
                scale: Scale::exact(0.0, 1.08),
            },
            right: Right::Nothing,
            grid: (false, true),
        }
        .lay_out();
        draw_bars(&mut panel, &bins, &color);
        draw_confidences(&mut panel, &bins);
        draw_counts(&mut panel, &bins);
        let alt = check::listed(bins.iter().map(|bin| {
            format!(
                "confidence {:.2}: accuracy {:.2} of {}",
                bin.confidence,
                bin.accuracy,
                check::clips(bin.count)
            )
        }));
        panel.finish(format!("Reliability diagram, {error}: {alt}."))
    }
}

/// Draw the accuracy of each bin.
fn draw_bars(panel: &mut Panel, bins: &[&ReliabilityBin], color: &str) {
    let zero = panel.y(0.0);
    for bin in bins {
        let (left, right) = (panel.x(bin.range.0), panel.x(bin.range.1));
        let top = panel.y(bin.accuracy);
        let tooltip = format!(
            "confidence {:.2} to {:.2}: {}, accuracy {:.1} %, mean confidence {:.1} %",
            bin.range.0,
            bin.range.1,
            check::clips(bin.count),
            100.0 * bin.accuracy,
            100.0 * bin.confidence
        );
        panel.add(
            Mark::rect(left + 1.0, top, right - left - 2.0, zero - top)
                .fill(color)
                .opacity(0.8)
                .tooltip(tooltip),
        );
    }
}

/// Draw the mean confidence of each bin, and the line on which it equals the accuracy.
fn draw_confidences(panel: &mut Panel, bins: &[&ReliabilityBin]) {
    let diagonal = [(panel.x(0.0), panel.y(0.0)), (panel.x(1.0), panel.y(1.0))];
    panel.add(Mark::line(&diagonal).stroke(MUTED, 1.3).dashed());
    for bin in bins {
        panel.add(Mark::circle(panel.x(bin.confidence), panel.y(bin.accuracy), 3.0).fill(INK));
    }
}

/// Draw the number of predictions of each bin, in one font size in which all fit.
fn draw_counts(panel: &mut Panel, bins: &[&ReliabilityBin]) {
    let room = |bin: &ReliabilityBin| panel.x(bin.range.1) - panel.x(bin.range.0) - 2.0;
    let fits = |size: &f64| {
        bins.iter()
            .all(|bin| width(&bin.count.to_string(), *size, Weight::Regular) <= room(bin))
    };
    let sizes = [TICK_SIZE, TICK_SIZE - 1.0, TICK_SIZE - 2.0, TICK_SIZE - 3.0];
    let Some(size) = sizes.into_iter().find(fits) else {
        return;
    };
    for bin in bins {
        let x = (panel.x(bin.range.0) + panel.x(bin.range.1)) / 2.0;
        let y = panel.top + LINE * size / 2.0;
        panel.add(Mark::text(x, y, Anchor::Middle, size, bin.count.to_string()).fill(INK));
    }
}
