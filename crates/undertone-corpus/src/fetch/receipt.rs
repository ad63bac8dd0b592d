//! The list of what came out of an archive, by which a later call knows that all is there.

use std::fs;
use std::path::{Path, PathBuf};

use super::{FetchError, Source};

/// A clip that was unpacked: its path below the folder and its size in bytes.
pub(super) struct Clip {
    pub(super) path: PathBuf,
    pub(super) size: u64,
}

/// How many clips the archive gave, if all of them still lie in `out` with their sizes.
pub(super) fn clips_in_place(source: &Source, out: &Path) -> Option<usize> {
    let text = fs::read_to_string(source.file(out, ".unpacked")).ok()?;
    let mut lines = text.lines();
    if lines.next()? != source.md5 {
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

/// Writes the receipt: the archive's MD5, then size and path of each clip.
pub(super) fn write(source: &Source, out: &Path, clips: &[Clip]) -> Result<(), FetchError> {
    let mut text = format!("{}\n", source.md5);
    for clip in clips {
        text += &format!("{}\t{}\n", clip.size, clip.path.display());
    }
    let path = source.file(out, ".unpacked");
    let unfinished = source.file(out, ".unpacked.part");
    fs::write(&unfinished, text)
        .and_then(|()| fs::rename(&unfinished, &path))
        .map_err(FetchError::io("write the list of clips", &path))
}
