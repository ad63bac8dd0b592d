//! Archives of clips: download, check, unpack.
//!
//! The partial download is `ARCHIVE.part`; the next call continues it. A clip appears under its
//! name only when it is complete. When all clips are there, the `.part` file is removed, and
//! `ARCHIVE.unpacked` lists the clips, so that another call has nothing to do. An archive that the
//! user put into the folder is used and kept.

mod error;
mod fetch;
mod receipt;
mod unpack;

use std::path::{Path, PathBuf};

pub use error::ArchiveError;
pub use fetch::{Fetched, fetch};

/// A zip archive of clips on the web.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// The address of the archive's folder, without a slash at the end.
    pub base_url: String,
    /// The archive's file name.
    pub file_name: String,
    /// The page that people find the archive on.
    pub page: String,
    /// The archive's size in bytes.
    pub size: u64,
    /// The archive's MD5 in lower-case hexadecimal digits.
    pub md5: String,
}

impl Archive {
    /// Return RAVDESS's audio-only speech at Zenodo, record 1188976 (CC BY-NC-SA 4.0).
    pub fn ravdess() -> Self {
        Self {
            base_url: "https://zenodo.org/records/1188976/files".to_owned(),
            file_name: "Audio_Speech_Actors_01-24.zip".to_owned(),
            page: "https://doi.org/10.5281/zenodo.1188976".to_owned(),
            size: 208_468_073,
            md5: "bc696df654c87fed845eb13823edef8a".to_owned(),
        }
    }

    /// Return the archive's address.
    pub fn url(&self) -> String {
        format!("{}/{}?download=1", self.base_url, self.file_name)
    }

    fn path(&self, folder: &Path, suffix: &str) -> PathBuf {
        folder.join(format!("{}{suffix}", self.file_name))
    }
}
