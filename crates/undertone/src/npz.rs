//! NumPy's `.npz`: a zip archive of `.npy` files, none of them compressed.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use undertone_audio::FeatureMatrix;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Writes arrays one after the other; the file appears under its name when it is whole.
pub(crate) struct NpzWriter {
    zip: ZipWriter<BufWriter<File>>,
    path: PathBuf,
    unfinished: PathBuf,
}

impl NpzWriter {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        if std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
            return Err(io::Error::other("exists and is not a regular file"));
        }
        let unfinished = path.with_file_name(name);
        let zip = ZipWriter::new(BufWriter::new(File::create(&unfinished)?));
        Ok(Self {
            zip,
            path: path.to_owned(),
            unfinished,
        })
    }

    /// Adds an array of shape `(bands, frames)` under a key that is not there yet.
    pub(crate) fn add(&mut self, key: &str, array: &FeatureMatrix) -> io::Result<()> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.zip.start_file(format!("{key}.npy"), options)?;
        self.zip.write_all(&npy_header(array.bands, array.frames))?;
        let bytes: Vec<u8> = array
            .values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.zip.write_all(&bytes)
    }

    pub(crate) fn finish(self) -> io::Result<()> {
        self.zip.finish()?.into_inner()?.sync_all()?;
        std::fs::rename(&self.unfinished, &self.path)
    }

    /// Leaves nothing behind.
    pub(crate) fn discard(self) {
        drop(self.zip);
        // What matters is what went wrong before.
        let _ = std::fs::remove_file(&self.unfinished);
    }
}

/// Format 1.0: magic, version, the length of a Python dict, the dict, padded with spaces so that
/// the data begins at a multiple of 64 bytes.
fn npy_header(bands: usize, frames: usize) -> Vec<u8> {
    let mut dict =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({bands}, {frames}), }}");
    let before = 10; // magic, version, length
    let end = (before + dict.len() + 1).next_multiple_of(64);
    while before + dict.len() + 1 < end {
        dict.push(' ');
    }
    dict.push('\n');
    // Two numbers never fill 64 KiB.
    let length = dict.len() as u16;
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    header.extend_from_slice(&length.to_le_bytes());
    header.extend_from_slice(dict.as_bytes());
    header
}
