//! The REST interface.

mod model;
mod predict;

pub(crate) use model::model;
pub(crate) use predict::{predict, predict_batch};
