//! A tensor in a file.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

use super::error::CheckpointError;

/// Bytes that are converted at a time. Reading a tensor takes the memory of its values and this.
const BUFFER: usize = 256 * 1024;

/// The type of the elements of a tensor in the file.
#[derive(Debug, Clone)]
pub(super) enum Element {
    F16,
    BF16,
    F32,
    F64,
    /// Any other type, as the file names it.
    Other(String),
}

impl Element {
    /// Return the bytes per element, or the name of a type that cannot be read.
    fn size(&self) -> Result<usize, &str> {
        match self {
            Self::F16 | Self::BF16 => Ok(2),
            Self::F32 => Ok(4),
            Self::F64 => Ok(8),
            Self::Other(name) => Err(name),
        }
    }

    /// Append little-endian elements as 32-bit floats.
    fn decode(&self, bytes: &[u8], values: &mut Vec<f32>) {
        match self {
            Self::F16 => {
                // A slice at a time: the processor converts eight at once.
                let halves: Vec<f16> = chunks(bytes).map(f16::from_le_bytes).collect();
                let start = values.len();
                values.resize(start + halves.len(), 0.0);
                halves.convert_to_f32_slice(&mut values[start..]);
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

/// A tensor in a file. Its bytes are read on demand.
#[derive(Debug, Clone)]
pub(super) struct StoredTensor {
    pub(super) path: Arc<Path>,
    pub(super) element: Element,
    pub(super) shape: Vec<usize>,
    pub(super) bytes: Bytes,
}

/// Where the bytes of a tensor are. They are row-major and little-endian.
#[derive(Debug, Clone)]
pub(super) enum Bytes {
    /// Together, from this offset in the file on.
    From(u64),
    /// In a file of PyTorch, which may hold a view of a larger tensor.
    PyTorch(pytorch_reader::Tensor),
}

impl StoredTensor {
    /// Read the values in row-major order, and no other bytes of the file.
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
        let mut values = Vec::with_capacity(count);
        match &self.bytes {
            Bytes::From(start) => self.decode_from(*start, count * size, &mut values),
            Bytes::PyTorch(tensor) => tensor
                .read()
                .map(|bytes| self.element.decode(&bytes, &mut values)),
        }
        .map_err(CheckpointError::io(&self.path))?;
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

    fn decode_from(
        &self,
        start: u64,
        mut left: usize,
        values: &mut Vec<f32>,
    ) -> std::io::Result<()> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(start))?;
        let mut buffer = vec![0; left.min(BUFFER)];
        while left > 0 {
            let bytes = &mut buffer[..left.min(BUFFER)];
            file.read_exact(bytes)?;
            left -= bytes.len();
            self.element.decode(bytes, values);
        }
        Ok(())
    }
}

fn chunks<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> {
    bytes.as_chunks::<N>().0.iter().copied()
}
