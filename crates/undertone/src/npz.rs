//! NumPy's `.npz`: a zip archive of `.npy` files, none of them compressed.

use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use undertone_audio::FeatureMatrix;
use undertone_files::{AtomicFile, remove_abandoned};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Writes arrays one after another. The file appears under its name on [`NpzWriter::finish`].
pub(crate) struct NpzWriter {
    archive: ZipWriter<Output<BufWriter<AtomicFile>>>,
    replaces: bool,
}

impl NpzWriter {
    /// Begin an archive. Without `replaces`, it never replaces one that appears meanwhile.
    pub(crate) fn create(path: &Path, replaces: bool) -> io::Result<Self> {
        if std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
            return Err(io::Error::other("exists and is not a regular file"));
        }
        // What killed processes left here.
        remove_abandoned(
            path.parent()
                .filter(|it| *it != Path::new(""))
                .unwrap_or(Path::new(".")),
        );
        let file = AtomicFile::create(path)?;
        Ok(Self {
            archive: ZipWriter::new(Output::new(BufWriter::new(file))),
            replaces,
        })
    }

    /// Add an array of shape `(bands, frames)` under a new key.
    pub(crate) fn add(&mut self, key: &str, array: &FeatureMatrix) -> io::Result<()> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.archive.start_file(format!("{key}.npy"), options)?;
        self.archive
            .write_all(&npy_header(array.bands, array.frames))?;
        let bytes: Vec<u8> = array
            .values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.archive.write_all(&bytes)
    }

    pub(crate) fn finish(self) -> io::Result<()> {
        let Output { file, .. } = self.archive.finish()?;
        let file = file.into_inner()?;
        match self.replaces {
            true => file.commit(),
            false => file.commit_new(),
        }
    }
}

/// A file that takes nothing more after its first error, and reports only that one.
///
/// `ZipWriter` completes the archive when it is dropped, and prints what goes wrong then. After a
/// full disk that would be a second message about the same error.
#[derive(Debug)]
struct Output<W> {
    file: W,
    has_failed: bool,
    position: u64,
    end: u64,
}

impl<W> Output<W> {
    fn new(file: W) -> Self {
        Self {
            file,
            has_failed: false,
            position: 0,
            end: 0,
        }
    }

    fn noting<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        self.has_failed |= result.is_err();
        result
    }
}

impl<W: Write> Write for Output<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = if self.has_failed {
            bytes.len()
        } else {
            let written = self.file.write(bytes);
            self.noting(written)?
        };
        self.position += count as u64;
        self.end = self.end.max(self.position);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.has_failed {
            return Ok(());
        }
        let flushed = self.file.flush();
        self.noting(flushed)
    }
}

impl<W: Seek> Seek for Output<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = if self.has_failed {
            let position = match to {
                SeekFrom::Start(position) => Some(position),
                SeekFrom::End(offset) => self.end.checked_add_signed(offset),
                SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
            };
            position.ok_or(io::ErrorKind::InvalidInput)?
        } else {
            let sought = self.file.seek(to);
            self.noting(sought)?
        };
        Ok(self.position)
    }
}

/// Return the header of NumPy's format 1.0: magic, version, the length of a Python dict, and the
/// dict, padded with spaces so that the data starts at a multiple of 64 bytes.
fn npy_header(bands: usize, frames: usize) -> Vec<u8> {
    let mut dict =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({bands}, {frames}), }}");
    let before = 10; // magic, version, length
    let end = (before + dict.len() + 1).next_multiple_of(64);
    while before + dict.len() + 1 < end {
        dict.push(' ');
    }
    dict.push('\n');
    // Two numbers are far shorter than 64 KiB.
    let length = dict.len() as u16;
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    header.extend_from_slice(&length.to_le_bytes());
    header.extend_from_slice(dict.as_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk with room for 100 bytes.
    #[derive(Debug)]
    struct FullDisk(io::Cursor<Vec<u8>>);

    impl Write for FullDisk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match self.0.position() {
                ..100 => self.0.write(bytes),
                _ => Err(io::ErrorKind::StorageFull.into()),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Seek for FullDisk {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }

    #[test]
    fn a_full_disk_is_reported_once() {
        let mut archive = ZipWriter::new(Output::new(FullDisk(io::Cursor::default())));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let error = (0..10)
            .find_map(|n| {
                let started = archive.start_file(n.to_string(), options);
                let written = started.map_err(io::Error::from);
                written.and_then(|()| archive.write_all(&[7; 60])).err()
            })
            .unwrap();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        // What dropping does, too.
        let output = archive.finish().unwrap();
        assert!(output.has_failed);
    }
}
