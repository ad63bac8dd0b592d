//! Why a corpus can't be fetched.

use std::io;
use std::path::{Path, PathBuf};

/// Why a corpus can't be fetched, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Something on this machine's disk.
    #[error("{}: can't {action}: {reason}; check its permissions and the free space", path.display())]
    Io {
        /// What was to be done.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// Another process is at the same archive.
    #[error("{}: another fetch is working on it; wait for it to end", path.display())]
    AlreadyRunning {
        /// The archive.
        path: PathBuf,
    },
    /// No answer from the server.
    #[error("{url}: no answer: {reason}; check the network (and HTTPS_PROXY) and try again")]
    Unreachable {
        /// The archive's address.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// The download broke off.
    #[error(
        "{url}: broke off after {done} of {total} bytes: {reason}; run the same command again to \
         go on from there"
    )]
    Interrupted {
        /// The archive's address.
        url: String,
        /// How many bytes are on disk.
        done: u64,
        /// How many there should be.
        total: u64,
        /// What went wrong.
        reason: String,
    },
    /// The server is busy (429 or 503).
    #[error(
        "{url}: the server is busy (HTTP {status}); try again {}",
        wait(retry_after.as_deref())
    )]
    Busy {
        /// The archive's address.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The server's `Retry-After`: seconds or a date.
        retry_after: Option<String>,
    },
    /// There is no such archive (404 or 410).
    #[error(
        "{url}: not there (HTTP {status}); the record may have moved, see \
         https://doi.org/10.5281/zenodo.1188976, and put the archive into the folder by hand"
    )]
    NotThere {
        /// The archive's address.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// Any other refusal.
    #[error("{url}: the server answered HTTP {status}; try again later")]
    Status {
        /// The archive's address.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The server offers something of another size.
    #[error(
        "{url}: the server offers {found} bytes instead of {expected}; a proxy or login page may \
         stand in between, or the record has changed"
    )]
    WrongSize {
        /// The archive's address.
        url: String,
        /// The size it should have.
        expected: u64,
        /// The size it has, or at least has.
        found: u64,
    },
    /// The download is complete and is not the archive.
    #[error(
        "{url}: the download has the MD5 {found} instead of {expected}; it was removed, run the \
         same command again"
    )]
    WrongHash {
        /// The archive's address.
        url: String,
        /// The MD5 it should have.
        expected: String,
        /// The MD5 it has.
        found: String,
    },
    /// An archive that was put there by hand is another one.
    #[error(
        "{}: not the expected archive ({what}); remove it to have it downloaded, or put the right \
         one there",
        path.display()
    )]
    NotTheArchive {
        /// The archive.
        path: PathBuf,
        /// What differs.
        what: String,
    },
    /// The archive can't be unpacked.
    #[error("{}: can't be unpacked: {reason}; remove it and run the same command again", path.display())]
    Archive {
        /// The archive.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// An entry's path leads out of the folder. Nothing was unpacked.
    #[error(
        "{}: the entry \"{entry}\" leads out of the folder; nothing was unpacked, don't trust \
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

impl FetchError {
    /// Turns an I/O error at `path` into a [`FetchError::Io`].
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |reason| Self::Io {
            action,
            path,
            reason,
        }
    }
}

fn wait(retry_after: Option<&str>) -> String {
    match retry_after {
        None => "in a few minutes".to_owned(),
        Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => format!("in {text} s"),
        Some(date) => format!("after {date}"),
    }
}
