//! Runs the real server, mostly with the embedded model.
#![cfg(feature = "embedded")]

#[path = "../cli/adapting_model.rs"]
mod adapting_model;
mod browser;
mod clients;
mod command;
mod library;
mod program;
mod requests;
#[path = "../../../undertone-answer/tests/schema.rs"]
mod schema;
mod voices;
