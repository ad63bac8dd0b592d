//! Errors of an archive.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::error::TransferError;

/// Why an archive cannot be fetched, and what the user can do about it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The transfer failed, or a file or folder on this machine cannot be read or written.
    #[error(transparent)]
    Transfer(#[from] TransferError),
    /// Another process fetches the same archive.
    #[error("{}: another fetch is working on it; wait for it to end", path.display())]
    AlreadyRunning {
        /// The archive.
        path: PathBuf,
    },
    /// There is no such archive (404 or 410).
    #[error(
        "{url}: not there (HTTP {status}); it may have moved, see {page}, and put the archive into \
         the folder by hand"
    )]
    NotThere {
        /// The archive's address.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The page that people find the archive on.
        page: String,
    },
    /// The user put another archive into the folder.
    #[error(
        "{}: not the expected archive ({reason}); remove it to have it downloaded, or put the \
         right one there",
        path.display()
    )]
    NotTheArchive {
        /// The archive.
        path: PathBuf,
        /// What differs.
        reason: String,
    },
    /// The archive cannot be unpacked.
    #[error(
        "{}: cannot be unpacked: {reason}; remove it and run the same command again",
        path.display()
    )]
    Unpack {
        /// The archive.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// An entry's path leads out of the folder. Nothing was unpacked.
    #[error(
        "{}: the entry \"{entry}\" leads out of the folder; nothing was unpacked, do not trust \
         this archive",
        path.display()
    )]
    UnsafeEntry {
        /// The archive.
        path: PathBuf,
        /// The entry's name.
        entry: String,
    },
}

impl From<io::Error> for ArchiveError {
    fn from(error: io::Error) -> Self {
        Self::Transfer(error.into())
    }
}
