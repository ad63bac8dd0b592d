//! The progress of a download.

/// How far the download of one file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// What is being done.
    pub step: Step,
    /// The file's name in its repository, or the archive's name.
    pub file: &'a str,
    /// Bytes (clips, while unpacking) that are done. Bytes of an earlier call count.
    pub done: u64,
    /// Bytes (clips, while unpacking) in total; 0 while waiting.
    pub total: u64,
}

/// The steps of a download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Another process downloads the file, and this one waits for it.
    Waiting,
    /// Bytes arrive.
    Downloading,
    /// The file's hash is computed.
    Checking,
    /// Clips are unpacked.
    Unpacking,
}
