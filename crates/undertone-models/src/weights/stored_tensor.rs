//! A tensor of a checkpoint.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

use super::error::CheckpointError;

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

    /// Convert little-endian elements to 32-bit floats.
    fn decode(&self, bytes: &[u8], values: &mut [f32]) {
        match self {
            Self::F16 => decode_halves(bytes, values),
            Self::BF16 => decode(bytes, values, |bytes| bf16::from_le_bytes(bytes).to_f32()),
            Self::F32 => decode(bytes, values, f32::from_le_bytes),
            Self::F64 => decode(bytes, values, |bytes| f64::from_le_bytes(bytes) as f32),
            Self::Other(_) => {}
        }
    }
}

fn decode<const N: usize>(bytes: &[u8], values: &mut [f32], convert: impl Fn([u8; N]) -> f32) {
    for (value, bytes) in values.iter_mut().zip(bytes.as_chunks::<N>().0) {
        *value = convert(*bytes);
    }
}

fn decode_halves(bytes: &[u8], values: &mut [f32]) {
    // A slice at a time: the processor converts eight at once.
    const SLICE: usize = 256;
    for (values, bytes) in values.chunks_mut(SLICE).zip(bytes.chunks(2 * SLICE)) {
        let mut halves = [f16::ZERO; SLICE];
        copy_halves(bytes, &mut halves);
        halves[..values.len()].convert_to_f32_slice(values);
    }
}

fn copy_halves(bytes: &[u8], halves: &mut [f16]) {
    for (half, bytes) in halves.iter_mut().zip(bytes.as_chunks::<2>().0) {
        *half = f16::from_le_bytes(*bytes);
    }
}

/// A tensor of a checkpoint. Bytes in a file are read on demand.
#[derive(Debug, Clone)]
pub(super) struct StoredTensor {
    /// The file, or the name of the bytes in memory.
    pub(super) path: Arc<Path>,
    pub(super) element: Element,
    pub(super) shape: Vec<usize>,
    pub(super) bytes: Bytes,
}

/// Where the bytes of a tensor are. They are row-major and little-endian.
#[derive(Debug, Clone)]
pub(super) enum Bytes {
    /// In the file, from this offset on.
    InFile(u64),
    /// In memory.
    InMemory(&'static [u8]),
    /// In a file of PyTorch, which may hold a view of a larger tensor.
    PyTorch(pytorch_reader::Tensor),
}

impl StoredTensor {
    /// Read the bytes of the tensor, and no other bytes of the file.
    pub(super) fn open<'a>(&'a self, name: &'a str) -> Result<OpenTensor<'a>, CheckpointError> {
        let size = self
            .element
            .size()
            .map_err(|found| CheckpointError::ElementType {
                path: self.path.to_path_buf(),
                name: name.to_owned(),
                found: found.to_owned(),
            })?;
        let length = self.shape.iter().product::<usize>() * size;
        let bytes = match &self.bytes {
            Bytes::InMemory(bytes) => Ok(Cow::Borrowed(*bytes)),
            Bytes::InFile(start) => read_at(&self.path, *start, length).map(Cow::Owned),
            Bytes::PyTorch(tensor) => tensor.read().map(Cow::Owned),
        };
        let bytes = bytes.map_err(CheckpointError::io(&self.path))?;
        if bytes.len() != length {
            let reason = format!("{} bytes instead of {length}", bytes.len());
            return Err(CheckpointError::tensor(&self.path, name, reason));
        }
        Ok(OpenTensor {
            bytes,
            tensor: self,
            name,
            size,
        })
    }
}

fn read_at(path: &Path, start: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = vec![0; length];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// A tensor whose bytes are in memory.
pub(super) struct OpenTensor<'a> {
    tensor: &'a StoredTensor,
    name: &'a str,
    bytes: Cow<'a, [u8]>,
    /// The bytes per element.
    size: usize,
}

impl OpenTensor<'_> {
    /// Read as many values as `values` has, from the element `start` on, in row-major order.
    pub(super) fn read(&self, start: usize, values: &mut [f32]) -> Result<(), CheckpointError> {
        let bytes = start * self.size..(start + values.len()) * self.size;
        self.tensor.element.decode(&self.bytes[bytes], values);
        match all_finite(values) {
            true => Ok(()),
            false => Err(self.not_finite(start, values.iter().copied())),
        }
    }

    /// Return whether the values are 16-bit floats, which [`OpenTensor::read_halves`] reads.
    pub(super) fn is_half(&self) -> bool {
        matches!(self.tensor.element, Element::F16)
    }

    /// Do the same as [`OpenTensor::read`] without converting.
    pub(super) fn read_halves(
        &self,
        start: usize,
        values: &mut [f16],
    ) -> Result<(), CheckpointError> {
        let bytes = start * self.size..(start + values.len()) * self.size;
        copy_halves(&self.bytes[bytes], values);
        match all_finite_halves(values) {
            true => Ok(()),
            false => Err(self.not_finite(start, values.iter().map(|value| value.to_f32()))),
        }
    }

    /// Name the first of the values from the element `start` on that is not finite.
    fn not_finite(
        &self,
        start: usize,
        mut values: impl Iterator<Item = f32> + Clone,
    ) -> CheckpointError {
        let found = values.clone().enumerate().find(|(_, it)| !it.is_finite());
        let (index, value) = found.unwrap_or((0, values.next().unwrap_or_default()));
        CheckpointError::NotFinite {
            path: self.tensor.path.to_path_buf(),
            name: self.name.to_owned(),
            index: start + index,
            value,
        }
    }
}

/// Return whether all values are finite. It looks at all of them, which vector instructions do
/// faster than a search that may stop.
fn all_finite(values: &[f32]) -> bool {
    const EXPONENT: u32 = 0x7f80_0000;
    let is_not = |value: &f32| u32::from(value.to_bits() & EXPONENT == EXPONENT);
    values
        .iter()
        .map(is_not)
        .fold(0, |any, is_not| any | is_not)
        == 0
}

/// Do the same for 16-bit floats.
fn all_finite_halves(values: &[f16]) -> bool {
    const EXPONENT: u16 = 0x7c00;
    let is_not = |value: &f16| u16::from(value.to_bits() & EXPONENT == EXPONENT);
    values
        .iter()
        .map(is_not)
        .fold(0, |any, is_not| any | is_not)
        == 0
}
