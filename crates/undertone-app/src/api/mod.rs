//! The REST interface.

mod docs;
mod health;
mod metrics;
mod model;
mod predict;
mod segments;

pub(crate) use docs::{answer_schema, docs, docs_file, openapi};
pub(crate) use health::{alive, ready};
pub(crate) use metrics::{MetricsSources, metrics};
pub(crate) use model::model;
pub(crate) use predict::{Predictor, predict, predict_batch};
pub(crate) use segments::segments;
