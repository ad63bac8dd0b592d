//! One file a command: libraries called, results written.

mod corpus;
mod crossval;
mod evaluate;
mod experiment;
mod explore;
mod export;
mod features;
#[cfg(feature = "fetch")]
mod fetch;
mod predict;
mod recipes;
mod report;
mod serve;
mod train;

pub(crate) use corpus::corpus;
pub(crate) use crossval::crossval;
pub(crate) use evaluate::evaluate;
pub(crate) use explore::run as explore;
pub(crate) use export::export;
pub(crate) use features::features;
#[cfg(feature = "fetch")]
pub(crate) use fetch::fetch;
pub(crate) use predict::predict;
pub(crate) use recipes::recipes;
pub(crate) use report::report;
pub(crate) use serve::serve;
pub(crate) use train::train;
