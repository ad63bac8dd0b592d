//! Runs the real server with the model that is inside the program.
#![cfg(feature = "embedded")]

mod clients;
mod command;
mod program;
mod requests;
