//! Arguments of `undertone config`.

use clap::Args;

/// Show the settings that apply, and where they come from.
///
/// Defaults for options stand in `undertone.toml`, in the working folder or above it in the same
/// Git repository, and in the user's `~/.config/undertone/config.toml`. The command line wins over
/// both, and the project's file over the user's. UNDERTONE_CONFIG names one other file.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone config                the files, and the settings in them
  undertone config predict        all options of a command, with their values

A file:
  device = \"cpu\"                  for all commands that have the option
  jobs = 4
  [predict]                       for one command
  model = \"models/mine\"           relative to the folder of the file
  max-seconds = 3600")]
pub(crate) struct ConfigArgs {
    /// The command whose options to show.
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Option<String>,
}
