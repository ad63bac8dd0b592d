#![doc = include_str!("../README.md")]
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
