//! Mel spectrograms.

use crate::axis::Axis;
use crate::chart::{Chart, Right, no_data};
use crate::check;
use crate::error::FigureError;
use crate::figure::{Drawing, Figure, Frame, in_both_widths};
use crate::palette::ColorMap;
use crate::scale::{Scale, bounds};
use crate::theme::ON_DARK;

use super::wave::shade;

/// A mel spectrogram in decibels over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrogram {
    /// Title and size.
    pub frame: Frame,
    /// Decibels, one row a mel band from the lowest, one column a frame.
    pub bands: Vec<Vec<f64>>,
    /// Length of the recording in seconds.
    pub seconds: f64,
    /// Lowest and highest frequency of the bands in Hz.
    pub hertz: (f64, f64),
    /// Decibels at the ends of the color bar; `None` takes the data's.
    pub limits: Option<(f64, f64)>,
    /// Spans in seconds that trimming takes away; they are shaded.
    pub trimmed: Vec<(f64, f64)>,
}

impl Spectrogram {
    /// Draw the figure.
    ///
    /// # Errors
    /// [`FigureError::Mismatch`] for bands of different lengths, [`FigureError::Value`] for a
    /// length, frequency or limit that is not finite.
    pub fn draw(&self) -> Result<Figure, FigureError> {
        in_both_widths(&self.frame, |frame| self.draw_in(frame))
    }

    fn draw_in(&self, frame: &Frame) -> Result<Drawing, FigureError> {
        let frames = self.bands.first().map_or(0, Vec::len);
        for band in &self.bands {
            check::same_length(frame, "a band", band.len(), frames)?;
        }
        check::count(frame, "the length in seconds", self.seconds)?;
        check::count(frame, "the lowest frequency", self.hertz.0)?;
        check::count(frame, "the highest frequency", self.hertz.1)?;
        for limit in self.limits.iter().flat_map(|(low, high)| [*low, *high]) {
            check::finite(frame, "the end of the color bar", limit)?;
        }
        let Some((low, high)) = bounds(self.bands.iter().flatten().copied()) else {
            return no_data(frame);
        };
        if self.seconds == 0.0 || self.hertz.0 >= self.hertz.1 {
            return no_data(frame);
        }
        let (low, high) = self.limits.unwrap_or((low, high));
        let scale = Scale::exact(low, high);
        let mut panel = Chart {
            frame,
            legend: Vec::new(),
            x: Axis::Numeric {
                label: "time (s)",
                scale: Scale::exact(0.0, self.seconds),
            },
            y: Axis::Numeric {
                label: "frequency (Hz, mel)",
                scale: Scale::Mel {
                    low: self.hertz.0,
                    high: self.hertz.1,
                },
            },
            right: Right::ColorBar {
                label: "dB".into(),
                scale: scale.clone(),
                map: ColorMap::Magma,
            },
            grid: (false, false),
        }
        .lay_out();
        panel.picture(&self.bands, &scale, ColorMap::Magma)?;
        shade(&mut panel, &self.trimmed, self.seconds, ON_DARK, 0.35);
        panel.finish(format!(
            "Mel spectrogram of {} s up to {} Hz, {} to {} dB.",
            check::short(self.seconds),
            check::short(self.hertz.1),
            check::short(low),
            check::short(high)
        ))
    }
}
