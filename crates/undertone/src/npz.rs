//! NumPy's `.npz`: a zip archive of `.npy` files, none of them compressed.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use undertone_audio::FeatureMatrix;
use undertone_files::AtomicFile;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Writes arrays one after another. The file appears under its name on [`NpzWriter::finish`].
pub(crate) struct NpzWriter(ZipWriter<BufWriter<AtomicFile>>);

impl NpzWriter {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        if std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
            return Err(io::Error::other("exists and is not a regular file"));
        }
        let file = AtomicFile::create(path)?;
        Ok(Self(ZipWriter::new(BufWriter::new(file))))
    }

    /// Add an array of shape `(bands, frames)` under a new key.
    pub(crate) fn add(&mut self, key: &str, array: &FeatureMatrix) -> io::Result<()> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.0.start_file(format!("{key}.npy"), options)?;
        self.0.write_all(&npy_header(array.bands, array.frames))?;
        let bytes: Vec<u8> = array
            .values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.0.write_all(&bytes)
    }

    pub(crate) fn finish(self) -> io::Result<()> {
        self.0.finish()?.into_inner()?.commit()
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
