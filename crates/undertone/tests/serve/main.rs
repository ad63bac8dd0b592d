//! Runs the real server with the embedded model.
#![cfg(feature = "embedded")]

mod browser;
mod clients;
mod command;
mod program;
mod requests;
