//! How often values occur.

use crate::axis::Axis;
use crate::chart::{Chart, Right, no_data};
use crate::check;
use crate::error::FigureError;
use crate::figure::{Drawing, Figure, Frame, in_both_widths};
use crate::legend::{Entry, Swatch};
use crate::palette::colors;
use crate::scale::{Scale, bounds};
use crate::scene::Mark;
use crate::theme::INK;

use super::violins::Samples;

/// A value drawn as a dashed line from top to bottom, explained in the legend.
#[derive(Debug, Clone, PartialEq)]
pub struct Marker {
    /// What the value is, as "trim threshold 2.1 s".
    pub name: String,
    /// Where it stands on the horizontal axis.
    pub value: f64,
}

/// Overlaid histograms over the same bins.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Title and size.
    pub frame: Frame,
    /// What is measured, with its unit.
    pub value_label: String,
    /// What is counted ("clips").
    pub count_label: String,
    /// Number of bins; 0 chooses by Freedman and Diaconis' rule, between 10 and 60.
    pub bins: usize,
    /// The values, by name. Those that are not finite are left out and counted in the note.
    pub series: Vec<Samples>,
    /// Values to point out.
    pub markers: Vec<Marker>,
}

impl Histogram {
    /// Draws the figure.
    ///
    /// # Errors
    /// [`FigureError::Write`] only, in practice never.
    pub fn draw(&self) -> Result<Figure, FigureError> {
        in_both_widths(&self.frame, |frame| self.draw_in(frame))
    }

    fn draw_in(&self, frame: &Frame) -> Result<Drawing, FigureError> {
        let finite: Vec<Vec<f64>> = self.series.iter().map(Samples::sorted).collect();
        let Some((low, high)) = bounds(finite.iter().flatten().copied()) else {
            return no_data(frame);
        };
        let left_out = self
            .series
            .iter()
            .map(|series| series.values.len())
            .sum::<usize>()
            - finite.iter().map(Vec::len).sum::<usize>();
        let frame = super::violins::with_left_out(frame, left_out);
        let marked = self
            .markers
            .iter()
            .filter(|marker| marker.value.is_finite());
        let (low, high) = if high > low {
            (low, high)
        } else {
            (low - 0.5, high + 0.5)
        };
        let count = if self.bins == 0 {
            bins(&finite, high - low)
        } else {
            self.bins.min(400)
        };
        let step = (high - low) / count as f64;
        let counts: Vec<Vec<usize>> = finite
            .iter()
            .map(|values| {
                let mut counts = vec![0; count];
                for value in values {
                    let bin = (((value - low) / step) as usize).min(count - 1);
                    if let Some(count) = counts.get_mut(bin) {
                        *count += 1;
                    }
                }
                counts
            })
            .collect();

        let names: Vec<String> = self
            .series
            .iter()
            .map(|series| series.name.clone())
            .collect();
        let series_colors = colors(&names);
        let mut legend: Vec<Entry> = Vec::new();
        if names.len() > 1 {
            legend.extend(
                names
                    .iter()
                    .zip(&series_colors)
                    .map(|(name, color)| Entry::new(name, color, Swatch::Area)),
            );
        }
        let marker_colors = [INK, "#cc3311", "#0077bb", "#009988"];
        let markers: Vec<_> = marked.zip(marker_colors.into_iter().cycle()).collect();
        legend.extend(
            markers
                .iter()
                .map(|(marker, color)| Entry::new(&marker.name, color, Swatch::Dashes)),
        );

        let reach = bounds(
            markers
                .iter()
                .map(|(marker, _)| marker.value)
                .chain([low, high]),
        );
        let (least, most) = reach.unwrap_or((low, high));
        let mut panel = Chart {
            frame: &frame,
            legend,
            x: Axis::Numeric {
                label: &self.value_label,
                scale: Scale::round(least, most),
            },
            y: Axis::Numeric {
                label: &self.count_label,
                scale: Scale::counts(counts.iter().flatten().map(|count| *count as f64)),
            },
            right: Right::Nothing,
            grid: (false, true),
        }
        .lay_out();
        for (counts, color) in counts.iter().zip(&series_colors) {
            let mut outline = vec![(panel.x(low), panel.y(0.0))];
            for (bin, count) in counts.iter().enumerate() {
                let y = panel.y(*count as f64);
                outline.push((panel.x(low + step * bin as f64), y));
                outline.push((panel.x(low + step * (bin + 1) as f64), y));
            }
            outline.push((panel.x(high), panel.y(0.0)));
            panel.add(
                Mark::polygon(&outline)
                    .fill(color)
                    .opacity(if names.len() > 1 { 0.45 } else { 0.8 }),
            );
            panel.add(Mark::line(&outline).stroke(color, 1.2));
        }
        for (marker, color) in markers {
            let x = panel.x(marker.value);
            let down = [(x, panel.top), (x, panel.top + panel.height)];
            panel.add(
                Mark::line(&down)
                    .stroke(color, 1.5)
                    .dashed()
                    .tooltip(&marker.name),
            );
        }
        let alt = check::listed(self.series.iter().zip(&finite).map(|(series, values)| {
            let at = |part: usize| values.get(part).copied().unwrap_or(f64::NAN);
            let (least, middle, most) = (
                at(0),
                at(values.len() / 2),
                at(values.len().saturating_sub(1)),
            );
            let [least, middle, most] = [least, middle, most].map(check::short);
            format!(
                "{}: {} values from {least} to {most}, median {middle}",
                series.name,
                values.len()
            )
        }));
        panel.finish(format!("Histogram of {}. {alt}.", self.value_label))
    }
}

/// Freedman and Diaconis (1981): bins of twice the interquartile range over the cube root of n.
fn bins(series: &[Vec<f64>], range: f64) -> usize {
    let widths = series
        .iter()
        .filter(|values| values.len() > 1)
        .map(|values| {
            let spread = undertone_metrics::quantile(values, 0.75)
                - undertone_metrics::quantile(values, 0.25);
            2.0 * spread / (values.len() as f64).cbrt()
        });
    let width = widths
        .filter(|width| *width > 0.0)
        .fold(f64::INFINITY, f64::min);
    ((range / width).ceil().clamp(10.0, 60.0)) as usize
}
