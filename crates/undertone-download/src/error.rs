//! Errors of a transfer.

use std::io;

use thiserror::Error;

/// Why a file cannot be downloaded, and what the user can do about it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TransferError {
    /// A file or folder on this machine cannot be read or written. The message names it.
    #[error("{0}; check its permissions and the free space")]
    Io(#[from] io::Error),
    /// The server does not answer.
    #[error("{url}: no answer: {reason}; check the network and HTTPS_PROXY")]
    Unreachable {
        /// The address that was requested.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// An address that is not an HTTP address, or a redirect to one, or too many redirects.
    #[error("{url}: {reason}; check the address (for the Hub, HF_ENDPOINT) and the proxy")]
    BadAddress {
        /// The address that was requested.
        url: String,
        /// What is wrong.
        reason: String,
    },
    /// The server refuses the request.
    #[error("{url}: the server answered HTTP {status}; try again {}", wait(retry_after.as_deref()))]
    Status {
        /// The address that was requested.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The server's `Retry-After`: seconds or a date.
        retry_after: Option<String>,
    },
    /// The connection broke. The bytes so far are kept.
    #[error(
        "{url}: the download stopped after {done} of {total} bytes: {reason}; run the same command \
         again to continue it"
    )]
    Interrupted {
        /// The file's address.
        url: String,
        /// Bytes on disk.
        done: u64,
        /// Bytes of the whole file.
        total: u64,
        /// What went wrong.
        reason: String,
    },
    /// The server sends a file of another size.
    #[error(
        "{url}: the server sends {found} bytes instead of {expected}; it may be the answer of a \
         proxy or a login page, or the file has changed"
    )]
    WrongSize {
        /// The file's address.
        url: String,
        /// The size that it must have, in bytes.
        expected: u64,
        /// The size that it has, or a lower bound of it.
        found: u64,
    },
    /// The download is complete, but its hash is wrong. The file was deleted.
    #[error(
        "{url}: the download has the {algorithm} {found} instead of {expected}; it was removed, \
         run the same command again"
    )]
    WrongHash {
        /// The file's address.
        url: String,
        /// `SHA-256` or `MD5`.
        algorithm: &'static str,
        /// The hash that it must have.
        expected: String,
        /// The hash that it has.
        found: String,
    },
}

fn wait(retry_after: Option<&str>) -> String {
    match retry_after {
        None => "in a few minutes".to_owned(),
        Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => format!("in {text} s"),
        Some(date) => format!("after {date}"),
    }
}
