//! Where one tensor lies in a file, and reading it from there.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use half::{bf16, f16};

use super::CheckpointError;

/// Bytes that are converted at a time, so that a tensor's peak memory is its values and this.
const BUFFER: usize = 256 * 1024;

/// The type of a tensor's elements in the file.
#[derive(Debug, Clone)]
pub(super) enum Element {
    F16,
    BF16,
    F32,
    F64,
    /// Anything that is not a plain float, as the file calls it.
    Other(String),
}

impl Element {
    /// Bytes of an element, or the name of a type that is not read.
    fn size(&self) -> Result<usize, &str> {
        match self {
            Self::F16 | Self::BF16 => Ok(2),
            Self::F32 => Ok(4),
            Self::F64 => Ok(8),
            Self::Other(name) => Err(name),
        }
    }

    /// Appends little-endian elements as 32-bit floats.
    fn decode(&self, bytes: &[u8], values: &mut Vec<f32>) {
        match self {
            Self::F16 => {
                values.extend(chunks(bytes).map(|bytes| f16::from_le_bytes(bytes).to_f32()))
            }
            Self::BF16 => {
                values.extend(chunks(bytes).map(|bytes| bf16::from_le_bytes(bytes).to_f32()));
            }
            Self::F32 => values.extend(chunks(bytes).map(f32::from_le_bytes)),
            Self::F64 => values.extend(chunks(bytes).map(|bytes| f64::from_le_bytes(bytes) as f32)),
            Self::Other(_) => {}
        }
    }
}

/// A tensor in a file whose bytes were not read yet.
#[derive(Debug, Clone)]
pub(super) struct StoredTensor {
    pub(super) path: Arc<Path>,
    pub(super) element: Element,
    pub(super) shape: Vec<usize>,
    /// Where its first byte lies, from the beginning of the file.
    pub(super) start: u64,
}

impl StoredTensor {
    /// The values in row-major order. Reads these bytes only.
    pub(super) fn read(&self, name: &str) -> Result<Vec<f32>, CheckpointError> {
        let size = self
            .element
            .size()
            .map_err(|found| CheckpointError::ElementType {
                path: self.path.to_path_buf(),
                name: name.to_owned(),
                found: found.to_owned(),
            })?;
        let count = self.shape.iter().product();
        let values = self.read_contiguous(count, size)?;
        match values.iter().position(|value| !value.is_finite()) {
            None => Ok(values),
            Some(index) => Err(CheckpointError::NotFinite {
                path: self.path.to_path_buf(),
                name: name.to_owned(),
                index,
                value: values[index],
            }),
        }
    }

    fn read_contiguous(&self, count: usize, size: usize) -> Result<Vec<f32>, CheckpointError> {
        let mut file = File::open(&self.path).map_err(CheckpointError::io(&self.path))?;
        file.seek(SeekFrom::Start(self.start))
            .map_err(CheckpointError::io(&self.path))?;
        let mut values = Vec::with_capacity(count);
        let mut left = count * size;
        let mut buffer = vec![0; left.min(BUFFER)];
        while left > 0 {
            let bytes = &mut buffer[..left.min(BUFFER)];
            file.read_exact(bytes)
                .map_err(CheckpointError::io(&self.path))?;
            left -= bytes.len();
            self.element.decode(bytes, &mut values);
        }
        Ok(values)
    }
}

fn chunks<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> {
    bytes.as_chunks::<N>().0.iter().copied()
}
