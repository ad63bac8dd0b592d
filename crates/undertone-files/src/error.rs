use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why an output folder cannot be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FolderError {
    /// The folder is not empty, and `force` is off.
    #[error(
        "{} is not empty: choose another folder, or replace the earlier output with --force",
        path.display()
    )]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// The folder holds a file of the user's that would be replaced or lost.
    #[error(
        "{}: was not written by undertone {command} and would be lost: choose another folder",
        path.display()
    )]
    Foreign {
        /// The first such file.
        path: PathBuf,
        /// The command that would write the folder.
        command: &'static str,
    },
    /// The path or a part of it is a file.
    #[error("{}: is a file, not a folder: choose another folder", path.display())]
    NotAFolder {
        /// The file.
        path: PathBuf,
    },
    /// The path is a symbolic link to something that does not exist.
    #[error("{}: is a link that leads nowhere: choose another folder", path.display())]
    DeadLink {
        /// The link.
        path: PathBuf,
    },
    /// The file system reports an error; its text names the path.
    #[error(transparent)]
    Io(#[from] io::Error),
}
