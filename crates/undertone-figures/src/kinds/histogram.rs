//! Histograms.

use undertone_metrics::quantile;

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
use super::samples::{Samples, left_out, with_left_out};

/// Colors of the markers, taken in turn.
const MARKER_COLORS: [&str; 4] = [INK, "#cc3311", "#0077bb", "#009988"];

/// Overlaid histograms over the same bins.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Title and size.
    pub frame: Frame,
    /// What is measured, with its unit.
    pub value_label: String,
    /// What is counted ("clips").
    pub count_label: String,
    /// Number of bins. 0 chooses between 10 and 60 by the rule of Freedman and Diaconis.
    pub bins: usize,
    /// The values, by name. Those that are not finite are left out and counted in the note.
    pub series: Vec<Samples>,
    /// Values to point out.
    pub markers: Vec<Marker>,
}

impl Histogram {
    /// Draw the figure.
    ///
    /// # Errors
    /// [`FigureError::Write`], which does not happen in practice.
    pub fn draw(&self) -> Result<Figure, FigureError> {
        in_both_widths(&self.frame, |frame| self.draw_in(frame))
    }

    fn draw_in(&self, frame: &Frame) -> Result<Drawing, FigureError> {
        let sorted: Vec<Vec<f64>> = self.series.iter().map(Samples::sorted).collect();
        let Some((low, high)) = bounds(sorted.iter().flatten().copied()) else {
            return no_data(frame);
        };
        let frame = with_left_out(frame, left_out(&self.series));
        let binned = Binned::of(&sorted, low, high, self.bins);
        let series = self.series.iter();
        let names: Vec<String> = series.map(|series| series.name.clone()).collect();
        let colors = frame.colors(&names);
        let markers: Vec<(&Marker, &str)> = marker::finite(&self.markers)
            .into_iter()
            .zip(MARKER_COLORS.into_iter().cycle())
            .collect();
        let several = names.len() > 1;
        let areas = names.iter().zip(&colors).filter(|_| several);
        let areas = areas.map(|(name, color)| Entry::new(name, color, Swatch::Area));
        let dashes = markers.iter().map(|(marker, color)| marker.entry(color));
        let marked = markers.iter().map(|(marker, _)| marker.value);
        let (least, most) = bounds(marked.chain([binned.low, binned.high])).unwrap_or((low, high));
        let mut panel = Chart {
            frame: &frame,
            legend: areas.chain(dashes).collect(),
            x: Axis::Numeric {
                label: &self.value_label,
                scale: Scale::round(least, most),
            },
            y: Axis::Numeric {
                label: &self.count_label,
                scale: Scale::counts(binned.counts.iter().flatten().map(|count| *count as f64)),
            },
            right: Right::Nothing,
            grid: (false, true),
        }
        .lay_out();
        binned.draw(&mut panel, &colors, if several { 0.45 } else { 0.8 });
        for (marker, color) in markers {
            marker.draw(&mut panel, color, 1.5);
        }
        let words = self.series.iter().zip(&sorted);
        let alt = check::listed(words.map(|(series, values)| in_words(&series.name, values)));
        panel.finish(format!("Histogram of {}. {alt}.", self.value_label))
    }
}

/// Values counted in bins of equal width.
struct Binned {
    low: f64,
    high: f64,
    /// Width of a bin.
    step: f64,
    /// By series and bin.
    counts: Vec<Vec<usize>>,
}

impl Binned {
    fn of(sorted: &[Vec<f64>], low: f64, high: f64, wanted: usize) -> Self {
        let (low, high) = if high > low {
            (low, high)
        } else {
            (low - 0.5, high + 0.5)
        };
        let bins = match wanted {
            0 => bins(sorted, high - low),
            wanted => wanted.min(400),
        };
        let step = (high - low) / bins as f64;
        let count = |values: &Vec<f64>| {
            let mut counts = vec![0; bins];
            for value in values {
                let bin = (((value - low) / step) as usize).min(bins - 1);
                if let Some(count) = counts.get_mut(bin) {
                    *count += 1;
                }
            }
            counts
        };
        Self {
            low,
            high,
            step,
            counts: sorted.iter().map(count).collect(),
        }
    }

    fn draw(&self, panel: &mut Panel, colors: &[String], opacity: f64) {
        for (counts, color) in self.counts.iter().zip(colors) {
            let mut outline = vec![(panel.x(self.low), panel.y(0.0))];
            for (bin, count) in counts.iter().enumerate() {
                let y = panel.y(*count as f64);
                outline.push((panel.x(self.low + self.step * bin as f64), y));
                outline.push((panel.x(self.low + self.step * (bin + 1) as f64), y));
            }
            outline.push((panel.x(self.high), panel.y(0.0)));
            panel.add(Mark::polygon(&outline).fill(color).opacity(opacity));
            panel.add(Mark::line(&outline).stroke(color, 1.2));
        }
    }
}

/// How many values a series has, and their range and median.
fn in_words(name: &str, sorted: &[f64]) -> String {
    let at = |place: usize| check::short(sorted.get(place).copied().unwrap_or(f64::NAN));
    let count = sorted.len();
    let (least, most) = (at(0), at(count.saturating_sub(1)));
    format!(
        "{name}: {count} values from {least} to {most}, median {}",
        at(count / 2)
    )
}

/// Return the number of bins by Freedman and Diaconis (1981), whose width is twice the
/// interquartile range over the cube root of n.
fn bins(series: &[Vec<f64>], range: f64) -> usize {
    let widths = series
        .iter()
        .filter(|values| values.len() > 1)
        .map(|values| {
            let spread = quantile(values, 0.75) - quantile(values, 0.25);
            2.0 * spread / (values.len() as f64).cbrt()
        });
    let width = widths
        .filter(|width| *width > 0.0)
        .fold(f64::INFINITY, f64::min);
    ((range / width).ceil().clamp(10.0, 60.0)) as usize
}
