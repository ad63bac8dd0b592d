//! Writing a safetensors file tensor by tensor.
//!
//! `safetensors::serialize_to_file` also asks for one tensor at a time, but it has no way to report
//! that a value cannot be written, and its files can be read by their owner only.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use half::f16;
use safetensors::tensor::{Dtype, Metadata, TensorInfo};
use undertone_files::write_atomically_with;

use super::error::CheckpointError;

/// The type of the floats in a written file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FloatType {
    /// 32 bits: exact.
    F32,
    /// 16 bits: half the size, rounded to 11 significant bits, at most 65 504.
    F16,
}

impl FloatType {
    /// Return the smallest type that holds these values exactly.
    pub(crate) fn of(values: &[f32]) -> Self {
        let is_short = |value: &f32| f16::from_f32(*value).to_f32() == *value;
        match values.iter().all(is_short) {
            true => Self::F16,
            false => Self::F32,
        }
    }

    fn dtype(self) -> Dtype {
        match self {
            Self::F32 => Dtype::F32,
            Self::F16 => Dtype::F16,
        }
    }

    fn size(self) -> usize {
        self.dtype().bitsize() / 8
    }
}

/// A tensor as `transformers` names it and PyTorch lays it out. Its values are computed on demand.
pub struct NamedTensor {
    name: String,
    shape: Vec<usize>,
    values: Box<dyn Fn() -> Vec<f32>>,
}

impl NamedTensor {
    /// A tensor whose values `values` computes, row-major; as many as the product of `shape`.
    pub fn new(name: String, shape: Vec<usize>, values: impl Fn() -> Vec<f32> + 'static) -> Self {
        Self {
            name,
            shape,
            values: Box::new(values),
        }
    }

    /// Return the name, for instance `wav2vec2.encoder.layers.0.attention.k_proj.weight`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Return the shape.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Compute the values, in row-major order.
    pub fn values(&self) -> Vec<f32> {
        (self.values)()
    }

    /// The same tensor under another name.
    pub(crate) fn renamed(self, name: String) -> Self {
        Self { name, ..self }
    }
}

/// Write tensors, each in its type, into a safetensors file that `transformers` can load. The file
/// is replaced as a whole or stays as it was. One tensor at a time is in memory.
///
/// # Errors
/// If the file cannot be written, and on values that do not fit the shape or are not finite in
/// the type they are written in.
pub fn write_safetensors(
    path: &Path,
    tensors: &[(&NamedTensor, FloatType)],
) -> Result<(), CheckpointError> {
    let mut in_order = tensors.to_vec();
    // Large elements first, so that each is aligned to its size.
    in_order.sort_by_key(|(tensor, float_type)| (Reverse(float_type.size()), tensor.name()));
    let header =
        header(&in_order).map_err(|error| CheckpointError::format(path, error.to_string()))?;
    let written = write_atomically_with(path, |file| {
        let mut file = BufWriter::new(file);
        file.write_all(&(header.len() as u64).to_le_bytes())?;
        file.write_all(header.as_bytes())?;
        for (tensor, float_type) in in_order {
            let values = tensor.values();
            check(path, tensor, &values, float_type)?;
            match float_type {
                FloatType::F32 => write_all(&mut file, &values, f32::to_le_bytes)?,
                FloatType::F16 => write_all(&mut file, &values, |value| {
                    f16::from_f32(value).to_le_bytes()
                })?,
            }
        }
        Ok(file.flush()?)
    });
    written.map_err(|error| match error {
        WriteError::Io(source) => CheckpointError::io(path)(source),
        WriteError::Values(error) => error,
    })
}

enum WriteError {
    Io(io::Error),
    Values(CheckpointError),
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<CheckpointError> for WriteError {
    fn from(error: CheckpointError) -> Self {
        Self::Values(error)
    }
}

fn header(tensors: &[(&NamedTensor, FloatType)]) -> Result<String, safetensors::SafeTensorError> {
    let mut start = 0;
    let tensors = tensors.iter().map(|(tensor, float_type)| {
        let end = start + tensor.shape.iter().product::<usize>() * float_type.size();
        let info = TensorInfo {
            dtype: float_type.dtype(),
            shape: tensor.shape.clone(),
            data_offsets: (start, end),
        };
        start = end;
        (tensor.name.clone(), info)
    });
    // `transformers` refuses a file that does not say which framework's layout it has.
    let format = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    let metadata = Metadata::new(Some(format), tensors.collect())?;
    // As a `Value`, the header has sorted keys: equal tensors give equal bytes.
    let mut header = serde_json::to_value(metadata)?.to_string();
    // The data begin at a multiple of 8 bytes; spaces fill the gap.
    let padding = header.len().next_multiple_of(8) - header.len();
    header.extend(std::iter::repeat_n(' ', padding));
    Ok(header)
}

fn check(
    path: &Path,
    tensor: &NamedTensor,
    values: &[f32],
    float_type: FloatType,
) -> Result<(), CheckpointError> {
    let (name, shape) = (tensor.name(), tensor.shape());
    if values.len() != shape.iter().product::<usize>() {
        let reason = format!("{} values for a shape of {shape:?}", values.len());
        return Err(CheckpointError::tensor(path, name, reason));
    }
    let is_finite = |value: f32| match float_type {
        FloatType::F32 => value.is_finite(),
        FloatType::F16 => f16::from_f32(value).is_finite(),
    };
    match values.iter().position(|value| !is_finite(*value)) {
        None => Ok(()),
        Some(index) => Err(CheckpointError::tensor(
            path,
            name,
            format!(
                "{} at element {index} is not finite as {}",
                values[index],
                float_type.dtype()
            ),
        )),
    }
}

fn write_all<const N: usize>(
    file: &mut impl Write,
    values: &[f32],
    bytes_of: impl Fn(f32) -> [u8; N],
) -> io::Result<()> {
    values
        .iter()
        .try_for_each(|value| file.write_all(&bytes_of(*value)))
}
