//! Counts by group over several steps: stacked bars joined by ribbons (an alluvial diagram).

mod draw;
mod layout;
mod steps;

pub use steps::{FlowFigure, FlowLink, FlowStep};
