//! The kinds of figure, one a file.

mod bars;
mod confusion;
mod flow;
mod grid;
mod heat_map;
mod histogram;
mod intervals;
mod lines;
mod marker;
mod reliability;
mod samples;
mod scatter;
mod spectrogram;
mod violins;
mod wave;

pub use bars::{BarChart, Series, Stacking};
pub use confusion::{ConfusionFigure, Normalization};
pub use flow::{FlowFigure, FlowLink, FlowStep};
pub use grid::GridFigure;
pub use heat_map::HeatMap;
pub use histogram::Histogram;
pub use intervals::{Interval, IntervalPlot};
pub use lines::{Line, LineAxis, LineChart};
pub use marker::Marker;
pub use reliability::{ReliabilityBin, ReliabilityDiagram};
pub use samples::Samples;
pub use scatter::{PointGroup, ScatterPlot};
pub use spectrogram::Spectrogram;
pub use violins::ViolinPlot;
pub use wave::WavePlot;
