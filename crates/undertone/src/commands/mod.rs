//! The commands, one file each. They call the libraries and print the results.

mod classified;
#[cfg(feature = "train")]
mod clips_parquet;
mod completions;
mod config;
mod corpus;
#[cfg(feature = "train")]
mod crossval;
#[cfg(feature = "train")]
mod evaluate;
#[cfg(feature = "train")]
mod experiment;
#[cfg(feature = "explore")]
mod explore;
#[cfg(feature = "export")]
mod export;
mod features;
#[cfg(feature = "fetch")]
mod fetch;
mod hear;
mod in_order;
mod listening;
mod man;
mod predict;
#[cfg(feature = "train")]
mod recipes;
#[cfg(feature = "report")]
mod report;
#[cfg(feature = "serve")]
mod serve;
#[cfg(feature = "train")]
mod task;
#[cfg(feature = "train")]
mod train;
mod version;
mod voice;

pub(crate) use completions::completions;
pub(crate) use config::config;
pub(crate) use corpus::corpus;
#[cfg(feature = "train")]
pub(crate) use crossval::crossval;
#[cfg(feature = "train")]
pub(crate) use evaluate::evaluate;
#[cfg(feature = "explore")]
pub(crate) use explore::run as explore;
#[cfg(feature = "export")]
pub(crate) use export::export;
pub(crate) use features::features;
#[cfg(feature = "fetch")]
pub(crate) use fetch::fetch;
pub(crate) use man::man;
pub(crate) use predict::predict;
#[cfg(feature = "train")]
pub(crate) use recipes::recipes;
#[cfg(feature = "report")]
pub(crate) use report::report;
#[cfg(feature = "serve")]
pub(crate) use serve::serve;
#[cfg(feature = "train")]
pub(crate) use train::train;
pub(crate) use version::version;
pub(crate) use voice::voice;
