//! Which recordings to read.

use std::path::PathBuf;

use clap::{Args, ValueHint};

#[derive(Debug, Clone, Args)]
pub(crate) struct InputArgs {
    /// Recordings, folders of recordings, or `-` for stdin.
    #[arg(
        value_name = "FILE|DIR",
        required_unless_present = "files_from",
        value_hint = ValueHint::AnyPath
    )]
    pub(crate) inputs: Vec<PathBuf>,
    /// Also read the recordings and folders that a file lists, one in each line. `-` reads the
    /// list from stdin.
    #[arg(long, value_name = "LIST|-", value_hint = ValueHint::FilePath)]
    pub(crate) files_from: Option<PathBuf>,
    /// The paths of the list end with a NUL byte, as those of `find -print0`.
    #[arg(short = '0', long, requires = "files_from")]
    pub(crate) null: bool,
}

impl InputArgs {
    /// Return whether one recording is named, and nothing else.
    pub(crate) fn is_one_file(&self) -> bool {
        matches!((&self.inputs[..], &self.files_from), ([path], None) if !path.is_dir())
    }

    /// Return whether a recording or the list comes from stdin.
    pub(crate) fn reads_stdin(&self) -> bool {
        let mut paths = self.inputs.iter().chain(&self.files_from);
        paths.any(|path| path.as_os_str() == "-")
    }
}
