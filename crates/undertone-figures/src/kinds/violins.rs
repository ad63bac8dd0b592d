//! Distributions of values by category.

use undertone_metrics::quantile;

use crate::axis::Axis;
use crate::chart::{Chart, Panel, Right, no_data};
use crate::check;
use crate::error::FigureError;
use crate::figure::{Drawing, Figure, Frame, in_both_widths};
use crate::scale::{Scale, bounds};
use crate::scene::Mark;
use crate::theme::{INK, PAPER};

use super::samples::{Samples, left_out, with_left_out};

/// Violins by category: the density of the values, the box from the first to the third quartile
/// in it, and the median. A category with fewer than eight values shows the values themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct ViolinPlot {
    /// Title and size.
    pub frame: Frame,
    /// What the categories are.
    pub category_label: String,
    /// What is measured, with its unit.
    pub value_label: String,
    /// The categories. Values that are not finite are left out and counted in the note.
    pub categories: Vec<Samples>,
}

/// A category with fewer values shows them as dots.
const FEW: usize = 8;

impl ViolinPlot {
    /// Draw the figure.
    ///
    /// # Errors
    /// [`FigureError::Write`], which does not happen in practice.
    pub fn draw(&self) -> Result<Figure, FigureError> {
        in_both_widths(&self.frame, |frame| self.draw_in(frame))
    }

    fn draw_in(&self, frame: &Frame) -> Result<Drawing, FigureError> {
        let sorted: Vec<Vec<f64>> = self.categories.iter().map(Samples::sorted).collect();
        let Some((low, high)) = bounds(sorted.iter().flatten().copied()) else {
            return no_data(frame);
        };
        let frame = with_left_out(frame, left_out(&self.categories));
        let names: Vec<String> = self
            .categories
            .iter()
            .map(|category| category.name.clone())
            .collect();
        let mut panel = Chart {
            frame: &frame,
            legend: Vec::new(),
            x: Axis::Categories {
                label: &self.category_label,
                names: &names,
            },
            y: Axis::Numeric {
                label: &self.value_label,
                scale: Scale::round(low, high),
            },
            right: Right::Nothing,
            grid: (false, true),
        }
        .lay_out();
        for (index, (values, name)) in sorted.iter().zip(&names).enumerate() {
            let (left, step) = panel.column(index, names.len());
            draw_category(
                &mut panel,
                left + step / 2.0,
                (0.42 * step).min(60.0),
                name,
                values,
                frame.placed_color(name),
            );
        }
        let alt = check::listed(
            names
                .iter()
                .zip(&sorted)
                .filter(|(_, values)| !values.is_empty())
                .map(|(name, values)| {
                    format!(
                        "{name} median {} (n = {})",
                        check::short(quantile(values, 0.5)),
                        values.len()
                    )
                }),
        );
        panel.finish(format!(
            "{} by {}: {alt}.",
            self.value_label, self.category_label
        ))
    }
}

fn draw_category(
    panel: &mut Panel,
    middle: f64,
    half: f64,
    name: &str,
    values: &[f64],
    color: &str,
) {
    let (Some(first), Some(last)) = (values.first(), values.last()) else {
        return;
    };
    let [lower, median, upper] = [0.25, 0.5, 0.75].map(|part| quantile(values, part));
    let tooltip = format!(
        "{name}: n = {}, min {}, quartiles {} / {} / {}, max {}",
        values.len(),
        check::short(*first),
        check::short(lower),
        check::short(median),
        check::short(upper),
        check::short(*last)
    );
    let y = panel.y(median);
    if values.len() < FEW || first == last {
        let shown: Vec<(f64, f64)> = values
            .iter()
            .take(FEW)
            .map(|value| (middle, panel.y(*value)))
            .collect();
        panel.add(Mark::dots(&shown, 6.0, color).tooltip(tooltip));
        panel.add(
            Mark::line(&[(middle - half / 2.0, y), (middle + half / 2.0, y)]).stroke(INK, 1.5),
        );
        return;
    }
    let outline = density(values);
    let widest = outline
        .iter()
        .map(|(_, density)| *density)
        .fold(0.0, f64::max);
    let right = outline
        .iter()
        .map(|(value, density)| (middle + half * density / widest, panel.y(*value)));
    let left = outline
        .iter()
        .rev()
        .map(|(value, density)| (middle - half * density / widest, panel.y(*value)));
    let outline: Vec<(f64, f64)> = right.chain(left).collect();
    panel.add(
        Mark::polygon(&outline)
            .fill(color)
            .opacity(0.55)
            .tooltip(&tooltip),
    );
    panel.add(Mark::polygon(&outline).fill("none").stroke(color, 1.2));
    let box_width = (half * 0.22).clamp(2.0, 9.0);
    let (top, bottom) = (panel.y(upper), panel.y(lower));
    panel.add(
        Mark::rect(middle - box_width / 2.0, top, box_width, bottom - top)
            .fill(INK)
            .tooltip(&tooltip),
    );
    panel.add(
        Mark::circle(middle, y, (box_width * 0.45).max(1.8))
            .fill(PAPER)
            .stroke(INK, 1.0),
    );
}

/// Value and density at 64 places from the lowest to the highest value: a Gaussian kernel with
/// Silverman's bandwidth (1986, eq. 3.31).
fn density(ascending: &[f64]) -> Vec<(f64, f64)> {
    // A thousand quantiles represent any number of values well enough.
    let thinned: Vec<f64> = if ascending.len() > 1000 {
        (0..1000)
            .map(|index| quantile(ascending, f64::from(index) / 999.0))
            .collect()
    } else {
        ascending.to_vec()
    };
    let count = thinned.len() as f64;
    let mean = thinned.iter().sum::<f64>() / count;
    let deviation = (thinned
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        / (count - 1.0))
        .sqrt();
    let spread = (quantile(&thinned, 0.75) - quantile(&thinned, 0.25)) / 1.34;
    let spread = if spread > 0.0 {
        spread.min(deviation)
    } else {
        deviation
    };
    let low = quantile(&thinned, 0.0);
    let range = quantile(&thinned, 1.0) - low;
    let bandwidth = (0.9 * spread * (ascending.len() as f64).powf(-0.2)).max(range / 200.0);
    (0..64)
        .map(|place| {
            let value = low + range * f64::from(place) / 63.0;
            let kernels = thinned
                .iter()
                .map(|other| (-0.5 * ((value - other) / bandwidth).powi(2)).exp());
            (value, kernels.sum())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use undertone_metrics::quantile;

    #[test]
    fn quantiles_match_numpy() {
        let values = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(quantile(&values, 0.25), 1.75);
        assert_eq!(quantile(&values, 0.5), 3.0);
        assert_eq!(quantile(&values, 1.0), 8.0);
    }
}
