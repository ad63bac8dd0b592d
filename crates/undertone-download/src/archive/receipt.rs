//! The receipt: a list of the unpacked clips, by which a later call knows that all are there.

use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::Archive;

/// An unpacked clip.
pub(super) struct Clip {
    /// Relative to the folder.
    pub(super) path: PathBuf,
    /// In bytes.
    pub(super) size: u64,
}

/// Return the number of the archive's clips, if all of them are in `out` with their sizes.
pub(super) fn clips_in_place(archive: &Archive, out: &Path) -> Option<usize> {
    let text = fs::read_to_string(archive.path(out, ".unpacked")).ok()?;
    let mut lines = text.lines();
    if lines.next()? != archive.md5 {
        return None;
    }
    let mut clips = 0;
    for line in lines {
        let (size, path) = line.split_once('\t')?;
        let size: u64 = size.parse().ok()?;
        if fs::metadata(out.join(path)).ok()?.len() != size {
            return None;
        }
        clips += 1;
    }
    Some(clips)
}

/// Write the receipt: the archive's MD5, then size and path of each clip.
pub(super) fn write(archive: &Archive, out: &Path, clips: &[Clip]) -> io::Result<()> {
    let mut text = format!("{}\n", archive.md5);
    for clip in clips {
        text += &format!("{}\t{}\n", clip.size, clip.path.display());
    }
    let unfinished = archive.path(out, ".unpacked.part");
    fs::write(&unfinished, text)?;
    fs::rename(&unfinished, archive.path(out, ".unpacked"))
}
