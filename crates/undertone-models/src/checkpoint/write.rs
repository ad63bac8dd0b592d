//! Writing a safetensors file tensor by tensor.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use half::f16;
use serde_json::{Map, Value, json};

use super::CheckpointError;
use undertone_files::write_atomically_with;

/// The type of the floats in a written file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FloatType {
    /// 32 bits: exact.
    F32,
    /// 16 bits: half the size, rounded to 11 significant bits, at most 65 504.
    F16,
}

impl FloatType {
    fn name(self) -> &'static str {
        match self {
            Self::F32 => "F32",
            Self::F16 => "F16",
        }
    }

    fn size(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 => 2,
        }
    }
}

/// Writes a safetensors file of tensors with these names, shapes and types, as transformers loads
/// it. The file appears whole or not at all.
///
/// `values` is asked for each tensor's values, row-major, so that one tensor at a time need be in
/// memory.
///
/// # Errors
/// If the file cannot be written, and on values that do not fit the shape or are not finite in
/// the type they are written in.
pub fn write_safetensors(
    path: &Path,
    tensors: &BTreeMap<String, (Vec<usize>, FloatType)>,
    mut values: impl FnMut(&str) -> Vec<f32>,
) -> Result<(), CheckpointError> {
    let mut in_order: Vec<_> = tensors.iter().collect();
    // Large elements first, so that each is aligned to its size.
    in_order.sort_by_key(|(_, (_, float_type))| Reverse(float_type.size()));
    let header = header(&in_order);
    let written = write_atomically_with(path, |file| {
        let mut file = BufWriter::new(file);
        file.write_all(&(header.len() as u64).to_le_bytes())?;
        file.write_all(header.as_bytes())?;
        for (name, (shape, float_type)) in in_order {
            let values = values(name);
            check(path, name, shape, &values, *float_type)?;
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

fn header(tensors: &[(&String, &(Vec<usize>, FloatType))]) -> String {
    let mut header = Map::new();
    // transformers refuses a file that does not say which framework's layout it has.
    header.insert("__metadata__".to_owned(), json!({"format": "pt"}));
    let mut start = 0;
    for (name, (shape, float_type)) in tensors {
        let end = start + shape.iter().product::<usize>() * float_type.size();
        let tensor = json!({
            "dtype": float_type.name(),
            "shape": shape,
            "data_offsets": [start, end],
        });
        header.insert((*name).clone(), tensor);
        start = end;
    }
    let mut header = Value::Object(header).to_string();
    // The format wants the data aligned to 8 bytes, with spaces.
    header.extend(std::iter::repeat_n(
        ' ',
        header.len().next_multiple_of(8) - header.len(),
    ));
    header
}

fn check(
    path: &Path,
    name: &str,
    shape: &[usize],
    values: &[f32],
    float_type: FloatType,
) -> Result<(), CheckpointError> {
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
                float_type.name()
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
