//! How counts by group change from step to step: stacked bars joined by ribbons (an alluvial
//! figure).

mod draw;
mod layout;
mod steps;

pub use steps::{FlowFigure, FlowLink, FlowStep};
