//! Fetching an archive: everything from the download to the receipt.

use std::path::{Path, PathBuf};

use fs_err::{self as fs, File};

use super::Archive;
use super::error::ArchiveError;
use super::{receipt, unpack};
use crate::client::Client;
use crate::error::TransferError;
use crate::progress::Progress;
use crate::transfer::{Hash, RemoteFile, open_partial, try_lock};

/// The result of [`fetch`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// How many clips of the archive are in the folder now.
    pub clips: usize,
    /// Whether all clips were there before, so that nothing was done.
    pub already_there: bool,
    /// Entries of the archive that are not clips and were not unpacked.
    pub ignored: Vec<String>,
}

/// Download an archive, check it, and unpack its clips into the folder `out`.
///
/// `clip_path` returns the place of an entry below `out`, and `None` for an entry that is not a
/// clip. The work of an interrupted call is continued. `progress` is called often: draw rarely.
///
/// # Errors
/// See [`ArchiveError`]. Each message says what to do.
pub fn fetch(
    archive: &Archive,
    out: &Path,
    clip_path: impl Fn(&Path) -> Option<PathBuf>,
    mut progress: impl FnMut(Progress<'_>),
) -> Result<Fetched, ArchiveError> {
    if let Some(clips) = receipt::clips_in_place(archive, out) {
        return Ok(Fetched {
            clips,
            already_there: true,
            ignored: Vec::new(),
        });
    }
    fs::create_dir_all(out)?;
    let by_hand = archive.path(out, "");
    let is_by_hand = by_hand.is_file();
    let mut file = match is_by_hand {
        true => File::open(by_hand)?,
        false => open_partial(&archive.path(out, ".part"))?,
    };
    if !try_lock(&file) {
        return Err(ArchiveError::AlreadyRunning {
            path: file.path().to_owned(),
        });
    }
    let remote = RemoteFile {
        name: &archive.file_name,
        url: &archive.url(),
        size: archive.size,
        hash: Some(Hash::Md5(&archive.md5)),
    };
    match is_by_hand {
        true => check_by_hand(&remote, &mut file, &mut progress)?,
        false => remote
            .download(&Client::new(), &mut file, &mut progress)
            .map_err(|error| match error {
                TransferError::Status {
                    url,
                    status: status @ (404 | 410),
                    ..
                } => ArchiveError::NotThere {
                    url,
                    status,
                    page: archive.page.clone(),
                },
                error => error.into(),
            })?,
    }
    let unpacked = unpack::unpack(archive, &file, out, &clip_path, &mut progress)?;
    receipt::write(archive, out, &unpacked.clips)?;
    if !is_by_hand {
        let (_, path) = file.into_parts();
        fs::remove_file(path)?;
    }
    Ok(Fetched {
        clips: unpacked.clips.len(),
        already_there: false,
        ignored: unpacked.ignored,
    })
}

/// Check an archive that the user put there.
fn check_by_hand(
    remote: &RemoteFile<'_>,
    file: &mut File,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), ArchiveError> {
    let size = file.metadata()?.len();
    let reason = if size != remote.size {
        format!("{size} bytes instead of {}", remote.size)
    } else {
        match remote.check(file, progress) {
            Err(TransferError::WrongHash {
                algorithm,
                expected,
                found,
                ..
            }) => format!("{algorithm} {found} instead of {expected}"),
            checked => return Ok(checked?),
        }
    };
    Err(ArchiveError::NotTheArchive {
        path: file.path().to_owned(),
        reason,
    })
}
