//! Speech emotion recognition from the command line.
//!
//! This crate is thin: `cli` parses the arguments, `commands` calls the libraries and prints what
//! they return, and [`run`] turns the result into an exit code. The program and the Python package
//! call [`run`]. Everything beyond
//! `predict`, `voice`, `features` and `corpus` is behind a cargo feature, so that a small build is
//! possible.
// Help texts are doc comments, and `--help` would show the brackets of a link.
#![allow(rustdoc::bare_urls)]
#![warn(clippy::unwrap_used, clippy::expect_used)]

mod answers;
mod cli;
mod commands;
mod config;
mod corpora;
#[cfg(feature = "train")]
mod encoders;
mod exit;
mod file_progress;
mod hub;
mod inputs;
mod interrupt;
mod model;
mod npz;
mod output;
mod panics;
mod progress_bar;
#[cfg(feature = "train")]
mod reporter;
mod sink;
#[cfg(feature = "tui")]
mod tui;
mod unfinished;
mod version;
mod voice_profile;

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::time::Instant;

use anyhow::Context;
use cli::{Cli, Command};
use exit::Exit;

/// Run the command that the arguments name, of which the first is the name of the program. Return
/// the exit code.
///
/// The process should do nothing else: this sets up signals and messages for all of it, and ends it
/// where `--help` or wrong arguments do.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    undertone_audio::keep_freed_memory();
    panics::hide_caught();
    let result = Cli::from_arguments(arguments).and_then(run_command_line);
    let exit = result.unwrap_or_else(|error| {
        // The reader of our output has seen enough, as in `undertone corpus DIR | head`.
        if error.is::<output::Closed>() {
            return Exit::Done;
        }
        output::error(&output::in_one_line(&error));
        Exit::Nothing
    });
    exit.code()
}

fn run_command_line(cli: Cli) -> anyhow::Result<Exit> {
    output::set(&cli.global);
    compute_on(cli.global.jobs)?;
    let started = Instant::now();
    let result = run_command(cli.command);
    output::detail(format_args!(
        "took {:.1} s",
        started.elapsed().as_secs_f64()
    ));
    result
}

/// More threads are a mistake: each needs memory, and the machine stands still.
const MOST_JOBS: usize = 256;

/// Compute on this many threads.
fn compute_on(jobs: Option<NonZeroUsize>) -> anyhow::Result<()> {
    let Some(jobs) = jobs else {
        return Ok(());
    };
    if jobs.get() > MOST_JOBS {
        anyhow::bail!("--jobs {jobs} is more than {MOST_JOBS}: give the number of processors");
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs.get());
    pool.build_global()
        .with_context(|| format!("cannot start {jobs} threads"))
}

fn run_command(command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Predict(args) => commands::predict(&args),
        Command::Schema => output::line(undertone_answer::SCHEMA.trim_end()).map(|()| Exit::Done),
        Command::Voice(args) => commands::voice(&args),
        Command::Features(args) => commands::features(&args),
        Command::Corpus(args) => commands::corpus(&args),
        #[cfg(feature = "explore")]
        Command::Explore(args) => commands::explore(&args),
        #[cfg(feature = "train")]
        Command::Train(args) => commands::train(&args),
        #[cfg(feature = "train")]
        Command::Evaluate(args) => commands::evaluate(&args),
        #[cfg(feature = "train")]
        Command::Crossval(args) => commands::crossval(&args),
        #[cfg(feature = "report")]
        Command::Report(args) => commands::report(&args),
        #[cfg(feature = "train")]
        Command::Recipes(args) => commands::recipes(&args),
        #[cfg(feature = "serve")]
        Command::Serve(args) => commands::serve(args),
        #[cfg(feature = "export")]
        Command::Export(args) => commands::export(&args),
        #[cfg(feature = "fetch")]
        Command::Fetch(args) => commands::fetch(&args),
        Command::Config(args) => commands::config(&args),
        Command::Completions(args) => commands::completions(&args),
        Command::Man(args) => commands::man(&args),
        Command::Version(args) => commands::version(&args),
    }
}
