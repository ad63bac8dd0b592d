//! Runs the real program in folders of its own, on sounds made here.

mod adaptation;
mod adapting_model;
mod batches;
mod config;
mod corpora;
mod corpus;
mod crossval;
mod dimensions;
mod evaluate;
mod explore;
mod export;
mod features;
#[cfg(feature = "fetch")]
mod fetch;
mod formats;
mod help;
mod inputs;
mod messages;
mod predict;
mod recipes;
mod report;
mod resume;
#[path = "../../../undertone-answer/tests/schema.rs"]
mod schema;
mod schemes;
mod segments;
mod serve;
mod shell;
mod stand_alone;
mod support;
mod train;
mod warnings;
