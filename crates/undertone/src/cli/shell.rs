//! Arguments of `undertone completions`, `undertone man` and `undertone version`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use clap_complete::Shell;

/// Print a script that completes commands, options and values in a shell.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone completions bash > ~/.local/share/bash-completion/completions/undertone
  undertone completions zsh > ~/.zfunc/_undertone       a folder of $fpath
  undertone completions fish > ~/.config/fish/completions/undertone.fish
  undertone completions powershell >> $PROFILE")]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

/// Write the manual: a page for the program and one for each command.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone man --out ~/.local/share/man/man1
  undertone man | man -l -                      the page of the program")]
pub(crate) struct ManArgs {
    /// The folder for the pages [default: print the page of the program].
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) out: Option<PathBuf>,
}

/// Print the version, the commit, the target, the features and the built-in model.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone version
  undertone version --json | jq -r .commit
  undertone -V                                  the number alone")]
pub(crate) struct VersionArgs {
    /// Print it as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}
