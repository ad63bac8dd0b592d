//! The receipt: a list of the unpacked clips, by which a later call knows that all are there.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use fs_err::{self as fs, File};

use super::Archive;

/// An unpacked clip.
pub(super) struct Clip {
    /// Relative to the folder.
    pub(super) path: PathBuf,
    /// In bytes.
    pub(super) size: u64,
    /// The CRC-32 of its content. Receipts of older versions have none.
    pub(super) crc32: Option<u32>,
}

impl Clip {
    fn parse(line: &str) -> Option<Self> {
        let (size, rest) = line.split_once('\t')?;
        let (crc32, path) = match rest.split_once('\t') {
            Some((crc32, path)) => (Some(u32::from_str_radix(crc32, 16).ok()?), path),
            None => (None, rest),
        };
        Some(Self {
            path: path.into(),
            size: size.parse().ok()?,
            crc32,
        })
    }

    /// Return whether the clip is in `out` with its size and its content.
    pub(super) fn is_in(&self, out: &Path) -> bool {
        let path = out.join(&self.path);
        let has_size =
            fs::metadata(&path).is_ok_and(|found| found.is_file() && found.len() == self.size);
        has_size
            && self
                .crc32
                .is_none_or(|crc32| checksum(&path).is_ok_and(|found| found == crc32))
    }
}

fn checksum(path: &Path) -> io::Result<u32> {
    let mut file = File::open(path)?;
    let mut hasher = crc32fast::Hasher::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize()),
            count => hasher.update(&buffer[..count]),
        }
    }
}

/// Return the number of the archive's clips, if all of them are in `out` as they were unpacked.
pub(super) fn clips_in_place(archive: &Archive, out: &Path) -> Option<usize> {
    let text = fs::read_to_string(archive.path(out, ".unpacked")).ok()?;
    let mut lines = text.lines();
    if lines.next()? != archive.md5 {
        return None;
    }
    let clips = lines.map(Clip::parse).collect::<Option<Vec<_>>>()?;
    clips
        .iter()
        .all(|clip| clip.is_in(out))
        .then_some(clips.len())
}

/// Write the receipt: the archive's MD5, then size, CRC-32 and path of each clip.
pub(super) fn write(archive: &Archive, out: &Path, clips: &[Clip]) -> io::Result<()> {
    let mut text = format!("{}\n", archive.md5);
    for Clip { path, size, crc32 } in clips {
        let path = path.display();
        text += &match crc32 {
            Some(crc32) => format!("{size}\t{crc32:08x}\t{path}\n"),
            None => format!("{size}\t{path}\n"),
        };
    }
    let unfinished = archive.path(out, ".unpacked.part");
    fs::write(&unfinished, text)?;
    fs::rename(&unfinished, archive.path(out, ".unpacked"))
}
