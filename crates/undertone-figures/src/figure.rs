//! A finished figure.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::error::FigureError;
use crate::text::{REGULAR, SEMI_BOLD};

/// Title, note, size and colors of a figure. Sizes are in CSS pixels (1/96 inch).
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The title above the figure. A long title is broken into lines.
    pub title: String,
    /// Small text below the title. May be empty.
    pub note: String,
    /// Width, from 240 to 4000. The default is 720.
    pub width: f64,
    /// Height, from 120 to 4000. The default is 420. A figure grows if its legend, its names or its
    /// rows need more.
    pub height: f64,
    /// Colors of certain names, such as classes, as pairs of a name and `#rrggbb`. Other names
    /// take the next of [`OTHER_COLORS`](crate::OTHER_COLORS).
    pub colors: &'static [(&'static str, &'static str)],
}

impl Frame {
    /// Return a frame of 720 × 420 pixels without a note and without its own colors.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            note: String::new(),
            width: 720.0,
            height: 420.0,
            colors: &[],
        }
    }

    /// Return the same frame with a note.
    #[must_use]
    pub fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// Return the same frame in another size.
    #[must_use]
    pub fn sized(mut self, width: f64, height: f64) -> Self {
        self.width = width;
        self.height = height;
        self
    }

    /// Return the same frame with colors for certain names.
    #[must_use]
    pub fn colored(mut self, colors: &'static [(&'static str, &'static str)]) -> Self {
        self.colors = colors;
        self
    }

    pub(crate) fn width(&self) -> f64 {
        if self.width.is_finite() {
            self.width.clamp(240.0, 4000.0)
        } else {
            720.0
        }
    }

    pub(crate) fn height(&self) -> f64 {
        if self.height.is_finite() {
            self.height.clamp(120.0, 4000.0)
        } else {
            420.0
        }
    }
}

/// A drawn figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The figure as an SVG document with a white background. It names fonts but contains none.
    pub svg: String,
    /// The same figure laid out for the width of a phone. `None` if `svg` is no wider than that.
    pub narrow: Option<String>,
    /// The title.
    pub title: String,
    /// A description for screen readers.
    pub alt: String,
    width: f64,
    height: f64,
}

/// A figure in one width.
pub(crate) struct Drawing {
    pub(crate) svg: String,
    pub(crate) alt: String,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// Largest width and height of a PNG in pixels.
const MOST_PIXELS: f64 = 16_384.0;

/// A wider figure gets a second layout.
const NARROW: f64 = 400.0;
/// The width of the second layout.
const NARROW_WIDTH: f64 = 350.0;

/// Draw a figure in its frame and in one for a phone.
pub(crate) fn in_both_widths(
    frame: &Frame,
    draw: impl Fn(&Frame) -> Result<Drawing, FigureError>,
) -> Result<Figure, FigureError> {
    let wide = draw(frame)?;
    let narrow = if wide.width > NARROW {
        let height = (0.8 * frame.height()).clamp(180.0, 420.0);
        Some(draw(&frame.clone().sized(NARROW_WIDTH, height))?.svg)
    } else {
        None
    };
    let title = frame.title.clone();
    Ok(Figure {
        svg: wide.svg,
        narrow,
        title,
        alt: wide.alt,
        width: wide.width,
        height: wide.height,
    })
}

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(REGULAR.to_vec());
    fonts.load_font_data(SEMI_BOLD.to_vec());
    fonts.set_sans_serif_family("Inter");
    Arc::new(fonts)
});

impl Figure {
    /// Width in CSS pixels.
    pub fn width(&self) -> f64 {
        self.width
    }

    /// Return the scale, or the largest one that [`Figure::png`] accepts for this figure.
    pub(crate) fn fitting(&self, scale: f64) -> f64 {
        // One pixel less, because sides are rounded up.
        scale.min((MOST_PIXELS - 1.0) / self.width.max(self.height))
    }

    /// Return the figure as PNG with `scale` pixels per CSS pixel (2 suits slides; 300 dpi in
    /// print is 3.125). Characters that the embedded font lacks (East Asian, Arabic, …) are boxes
    /// in the PNG. In the SVG the reader's own fonts show them.
    ///
    /// # Errors
    /// [`FigureError::Render`] if the scale is not positive or gives more than 16 384 pixels on a
    /// side.
    pub fn png(&self, scale: f64) -> Result<Vec<u8>, FigureError> {
        let failed = |reason: String| FigureError::Render {
            figure: self.title.clone(),
            reason,
        };
        let options = Options {
            fontdb: Arc::clone(&FONTS),
            font_family: "Inter".into(),
            ..Options::default()
        };
        let tree =
            Tree::from_str(&self.svg, &options).map_err(|error| failed(error.to_string()))?;
        let [width, height] = [tree.size().width(), tree.size().height()]
            .map(|side| (f64::from(side) * scale).ceil());
        if !(scale > 0.0 && width.max(height) <= MOST_PIXELS) {
            return Err(failed(format!(
                "scale {scale} gives {width} × {height} pixels"
            )));
        }
        let mut pixels = Pixmap::new(width as u32, height as u32)
            .ok_or_else(|| failed(format!("no memory for {width} × {height} pixels")))?;
        let scale = Transform::from_scale(scale as f32, scale as f32);
        resvg::render(&tree, scale, &mut pixels.as_mut());
        pixels
            .encode_png()
            .map_err(|error| failed(error.to_string()))
    }
}
