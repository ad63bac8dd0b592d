//! Values over two axes as colors.

use crate::axis::Axis;
use crate::chart::{Chart, Right, no_data};
use crate::check;
use crate::error::FigureError;
use crate::figure::{Drawing, Figure, Frame, in_both_widths};
use crate::palette::ColorMap;
use crate::scale::{Scale, bounds};

/// Values over two axes as colors, with a color bar.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMap {
    /// Title and size.
    pub frame: Frame,
    /// What the columns are, with the unit of `x_range`.
    pub x_label: String,
    /// What the rows are, with the unit of `y_range`.
    pub y_label: String,
    /// What the values are, with their unit, beside the color bar.
    pub value_label: String,
    /// The values, row by row, the first row lowest. Those that are not finite are gray.
    pub rows: Vec<Vec<f64>>,
    /// Values at the left and right edge.
    pub x_range: (f64, f64),
    /// Values at the lower and upper edge.
    pub y_range: (f64, f64),
    /// Whether the rows are evenly spaced in mel, between two frequencies in Hz.
    pub y_mel: bool,
    /// The colors. [`ColorMap::BlueRed`] is centered on zero.
    pub map: ColorMap,
    /// Values at the ends of the color bar, to compare figures; `None` takes the data's.
    pub limits: Option<(f64, f64)>,
}

impl HeatMap {
    /// Draw the figure.
    ///
    /// # Errors
    /// [`FigureError::Mismatch`] for rows of different lengths, [`FigureError::Value`] for a
    /// range or limit that is not finite.
    pub fn draw(&self) -> Result<Figure, FigureError> {
        in_both_widths(&self.frame, |frame| self.draw_in(frame))
    }

    fn draw_in(&self, frame: &Frame) -> Result<Drawing, FigureError> {
        let columns = self.rows.first().map_or(0, Vec::len);
        for row in &self.rows {
            check::same_length(frame, "a row", row.len(), columns)?;
        }
        let ends = [
            self.x_range.0,
            self.x_range.1,
            self.y_range.0,
            self.y_range.1,
        ];
        for end in ends
            .into_iter()
            .chain(self.limits.iter().flat_map(|(low, high)| [*low, *high]))
        {
            check::finite(frame, "the end of an axis", end)?;
        }
        let Some((low, high)) = bounds(self.rows.iter().flatten().copied()) else {
            return no_data(frame);
        };
        let scale = self.scale(low, high);
        let mut panel = Chart {
            frame,
            legend: Vec::new(),
            x: Axis::Numeric {
                label: &self.x_label,
                scale: Scale::exact(self.x_range.0, self.x_range.1),
            },
            y: Axis::Numeric {
                label: &self.y_label,
                scale: self.y_scale(),
            },
            right: Right::ColorBar {
                label: self.value_label.clone(),
                scale: scale.clone(),
                map: self.map,
            },
            grid: (false, false),
        }
        .lay_out();
        panel.picture(&self.rows, &scale, self.map)?;
        panel.finish(format!(
            "Heat map of {} over {} and {}, from {} to {}.",
            self.value_label,
            self.x_label,
            self.y_label,
            check::short(low),
            check::short(high)
        ))
    }

    fn y_scale(&self) -> Scale {
        let (low, high) = self.y_range;
        if self.y_mel {
            Scale::Mel { low, high }
        } else {
            Scale::exact(low, high)
        }
    }

    fn scale(&self, low: f64, high: f64) -> Scale {
        let (low, high) = self.limits.unwrap_or((low, high));
        if self.map == ColorMap::BlueRed {
            let reach = low.abs().max(high.abs());
            Scale::exact(-reach, reach)
        } else {
            Scale::exact(low, high)
        }
    }
}
