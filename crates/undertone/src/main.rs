//! Speech emotion recognition from the command line.
//!
//! Thin on purpose: [`cli`] turns arguments into words, [`commands`] hands them to the libraries
//! and writes what comes back, and this file turns the exit into an exit code.
#![warn(clippy::unwrap_used, clippy::expect_used)]

mod cli;
mod commands;
mod exit;
mod inputs;
mod interrupt;
mod model;
mod npz;
mod output;
mod pretrained;
mod progress_bar;
mod reporter;
mod tui;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use exit::Exit;

fn main() -> ExitCode {
    undertone_models::keep_freed_memory();
    let done = match Cli::parse().command {
        Command::Predict(args) => commands::predict(&args),
        Command::Features(args) => commands::features(&args),
        Command::Corpus(args) => commands::corpus(&args),
        Command::Explore(args) => commands::explore(&args),
        Command::Train(args) => commands::train(&args),
        Command::Evaluate(args) => commands::evaluate(&args),
        Command::Crossval(args) => commands::crossval(&args),
        Command::Report(args) => commands::report(&args),
        Command::Recipes(args) => commands::recipes(&args),
        Command::Serve(args) => commands::serve(args),
        Command::Export(args) => commands::export(&args),
        #[cfg(feature = "fetch")]
        Command::Fetch(args) => commands::fetch(&args),
    };
    match done {
        Ok(exit) => exit.into(),
        // Whoever read our output has seen enough (`undertone corpus DIR | head`).
        Err(error) if error.is::<output::Closed>() => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&output::in_one_line(&error));
            Exit::Nothing.into()
        }
    }
}
