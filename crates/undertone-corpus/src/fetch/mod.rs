//! Getting RAVDESS from Zenodo: download, check, unpack.
//!
//! A download that breaks off leaves `ARCHIVE.part`, which the next call goes on with. Clips
//! appear under their names only when they are whole. When all are there, the `.part` file goes
//! and `ARCHIVE.unpacked` lists what came out of it, so that another call has nothing to do.
//! An archive that was downloaded by hand into the folder is used and left there.

mod client;
mod download;
mod error;
mod receipt;
mod unpack;

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

pub use error::FetchError;

/// An archive of clips on the web, and how to know that it came through whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where the archive lies, without a slash at the end.
    pub base_url: String,
    /// The archive's file name.
    pub archive: String,
    /// The archive's size in bytes.
    pub size: u64,
    /// The archive's MD5, in lower-case hexadecimal digits.
    pub md5: String,
}

impl Source {
    /// RAVDESS's audio-only speech at Zenodo, record 1188976 (CC BY-NC-SA 4.0).
    pub fn ravdess() -> Self {
        Self {
            base_url: "https://zenodo.org/records/1188976/files".to_owned(),
            archive: "Audio_Speech_Actors_01-24.zip".to_owned(),
            size: 208_468_073,
            md5: "bc696df654c87fed845eb13823edef8a".to_owned(),
        }
    }

    /// The archive's address.
    pub fn url(&self) -> String {
        format!("{}/{}?download=1", self.base_url, self.archive)
    }

    fn file(&self, folder: &Path, suffix: &str) -> PathBuf {
        folder.join(format!("{}{suffix}", self.archive))
    }
}

/// How far a [`fetch`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Bytes that have arrived, those of an earlier call included.
    Downloading {
        /// So far.
        done: u64,
        /// In all.
        total: u64,
    },
    /// Bytes whose hash has been taken.
    Checking {
        /// So far.
        done: u64,
        /// In all.
        total: u64,
    },
    /// Clips that are unpacked.
    Unpacking {
        /// So far.
        done: u64,
        /// In all.
        total: u64,
    },
}

/// What a [`fetch`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// How many clips of the archive lie in the folder now.
    pub clips: usize,
    /// Whether they all lay there before, so that nothing was done.
    pub already_there: bool,
    /// Entries of the archive that are no clips and were left out.
    pub ignored: Vec<String>,
}

/// Downloads the archive of `source`, checks it, and unpacks its clips to
/// `out/Actor_XX/*.wav`. What an interrupted call left is gone on with. `progress` is called often;
/// draw sparingly.
///
/// # Errors
/// See [`FetchError`]; each says what to do about it.
pub fn fetch(
    source: &Source,
    out: &Path,
    mut progress: impl FnMut(Progress),
) -> Result<Fetched, FetchError> {
    if let Some(clips) = receipt::clips_in_place(source, out) {
        return Ok(Fetched {
            clips,
            already_there: true,
            ignored: Vec::new(),
        });
    }
    fs::create_dir_all(out).map_err(FetchError::io("create the folder", out))?;
    let by_hand = source.file(out, "");
    let part = source.file(out, ".part");
    let is_by_hand = by_hand.is_file();
    let path = if is_by_hand { &by_hand } else { &part };
    let mut file = open_alone(path, !is_by_hand)?;
    if is_by_hand {
        download::check_by_hand(source, &mut file, path, &mut progress)?;
    } else {
        download::download(source, &mut file, path, &mut progress)?;
    }
    let unpacked = unpack::unpack(&file, path, out, &mut progress)?;
    receipt::write(source, out, &unpacked.clips)?;
    drop(file);
    if !is_by_hand {
        fs::remove_file(path).map_err(FetchError::io("remove the unpacked archive", path))?;
    }
    Ok(Fetched {
        clips: unpacked.clips.len(),
        already_there: false,
        ignored: unpacked.ignored,
    })
}

/// Opens the archive and keeps other processes from fetching into it at the same time.
fn open_alone(path: &Path, writable: bool) -> Result<File, FetchError> {
    let file = File::options()
        .read(true)
        .write(writable)
        .create(writable)
        .truncate(false)
        .open(path)
        .map_err(FetchError::io("open the archive", path))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(FetchError::AlreadyRunning {
            path: path.to_owned(),
        }),
        // Some network file systems know no locks; the hash still guards what comes out.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}
