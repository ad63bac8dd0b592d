//! Options that every command has.

use std::num::NonZeroUsize;

use clap::{Args, ColorChoice};

use super::values::positive;

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// Print results and errors only: no warnings, no notes, no progress.
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Also print which model is used, and how long the command took.
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// When to color the output. `auto` colors on a terminal; NO_COLOR and CLICOLOR_FORCE count.
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    pub(crate) color: ColorChoice,
    /// How many threads to compute on [default: one for each processor].
    #[arg(long, global = true, value_name = "N", value_parser = positive)]
    pub(crate) jobs: Option<NonZeroUsize>,
}
