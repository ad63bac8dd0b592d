//! Figures for reports: plain data in, SVG and PNG out, and the self-contained HTML page around
//! them. There is no audio and no model in this crate.
//!
//! ```
//! use undertone_figures::{BarChart, Frame, Series, Stacking};
//!
//! let figure = BarChart {
//!     frame: Frame::new("Clips by emotion"),
//!     category_label: "emotion".into(),
//!     value_label: "clips".into(),
//!     categories: vec!["calm".into(), "angry".into()],
//!     series: vec![Series { name: "clips".into(), values: vec![192.0, 192.0] }],
//!     stacking: Stacking::Grouped,
//! }
//! .draw()?;
//! assert!(figure.svg.contains("angry"));
//! let png = figure.png(2.0)?;
//! assert!(png.starts_with(b"\x89PNG"));
//! # Ok::<(), undertone_figures::FigureError>(())
//! ```
//!
//! # How a figure comes about
//! A figure's `draw` hands a chart (frame, legend, axes) to the layout, which measures every
//! text in the embedded font and shares out the room; it gets back a panel that knows the pixel
//! of each value, and adds marks to it. What has no room is shortened, and its whole is a tooltip.
//! The SVG is written by `quick-xml`, which escapes; text is measured by `skrifa`; the PNG is
//! that very SVG, rendered by `resvg` with the embedded font; the color maps are `colorous`'s.
//! Anything that is a picture (heat map, spectrogram) lies in the SVG as a PNG.
//!
//! # To add a figure
//! 1. A file in `src/kinds` with a plain struct: a [`Frame`], labels, data; and `draw`.
//! 2. `draw` checks what was handed in ([`FigureError`], never a panic), answers data that is
//!    empty with the figure that says so, and leaves out what is not finite.
//! 3. Colors come from [`colors`] and [`ColorMap`]; ink, paper and grid from the theme, so that
//!    pages can darken them.
//! 4. `tests/drawing` draws it with common and with nasty data; `examples/gallery.rs` shows it.

#![warn(clippy::unwrap_used, clippy::expect_used)]

mod axis;
mod chart;
mod check;
mod error;
mod figure;
mod kinds;
mod legend;
pub mod page;
mod palette;
mod raster;
mod scale;
mod scene;
mod text;
mod theme;
pub mod words;

pub use error::FigureError;
pub use figure::{Figure, Frame};
pub use kinds::*;
pub use palette::{ColorMap, OTHER_COLORS};
