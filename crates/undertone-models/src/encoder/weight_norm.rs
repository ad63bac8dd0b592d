//! The weight normalization (Salimans & Kingma 2016) of wav2vec 2.0's position embedding.
//!
//! Checkpoints keep that weight, `[out, in, kernel]`, as a direction of the same shape and one norm
//! a kernel position: `weight = norm · direction / ‖direction‖`. We keep the product.

use burn::tensor::Tensor;

use super::layout::Layout;
use super::tensors::NamedTensor;
use crate::checkpoint::{Checkpoint, CheckpointError};

/// The one weight that is kept so.
const NORMALIZED: &str = "pos_conv_embed.conv.weight";
/// What new and old versions of PyTorch call norm and direction, in the place of `weight`.
const FACTORS: [[&str; 2]; 2] = [
    [
        "parametrizations.weight.original0",
        "parametrizations.weight.original1",
    ],
    ["weight_g", "weight_v"],
];

/// The tensors of a checkpoint that hold a parameter.
pub(super) enum Stored {
    Plain(String),
    Factors { norm: String, direction: String },
}

impl Stored {
    /// The names of the tensors, and the shapes they should have for a parameter of `shape`.
    pub(super) fn shapes(self, shape: &[usize]) -> Vec<(String, Vec<usize>)> {
        match self {
            Self::Plain(name) => vec![(name, shape.to_vec())],
            Self::Factors { norm, direction } => {
                let kernel = shape.last().copied().unwrap_or(1);
                vec![(norm, vec![1, 1, kernel]), (direction, shape.to_vec())]
            }
        }
    }
}

/// Where a checkpoint holds a parameter; `None` if it does not.
pub(super) fn stored(checkpoint: &Checkpoint, name: &str) -> Option<Stored> {
    if checkpoint.shape(name).is_some() {
        return Some(Stored::Plain(name.to_owned()));
    }
    FACTORS
        .into_iter()
        .filter_map(|names| factors(name, names))
        .find(|[norm, direction]| {
            checkpoint.shape(norm).is_some() && checkpoint.shape(direction).is_some()
        })
        .map(|[norm, direction]| Stored::Factors { norm, direction })
}

fn factors(name: &str, names: [&str; 2]) -> Option<[String; 2]> {
    let stem = name
        .strip_suffix("weight")
        .filter(|_| name.ends_with(NORMALIZED))?;
    Some(names.map(|factor| format!("{stem}{factor}")))
}

/// A parameter of `shape`, which [`stored`] has found and whose shapes were checked.
pub(super) fn read(
    checkpoint: &Checkpoint,
    name: &str,
    shape: &[usize],
) -> Result<Vec<f32>, CheckpointError> {
    match stored(checkpoint, name) {
        Some(Stored::Factors { norm, direction }) => {
            let norm = checkpoint.read(&norm)?;
            let mut weight = checkpoint.read(&direction)?;
            let scales: Vec<f32> = norms(&weight, shape)
                .iter()
                .zip(norm)
                .map(|(found, wanted)| if *found > 0.0 { wanted / found } else { 0.0 })
                .collect();
            for row in weight.chunks_exact_mut(scales.len()) {
                for (value, scale) in row.iter_mut().zip(&scales) {
                    *value *= scale;
                }
            }
            Ok(weight)
        }
        _ => checkpoint.read(name),
    }
}

/// A tensor as it is written: the normalized weight as its two factors, as the new versions call
/// them, all others as they are.
pub(super) fn split(tensor: NamedTensor) -> Vec<NamedTensor> {
    let Some([norm, direction]) = factors(&tensor.name, FACTORS[0]) else {
        return vec![tensor];
    };
    let norms = norms(&tensor.values(), tensor.shape());
    let norm = NamedTensor {
        name: norm,
        layout: Layout::same(vec![1, 1, norms.len()]),
        tensor: Tensor::from_data(norms.as_slice(), &tensor.tensor.device()),
    };
    let direction = NamedTensor {
        name: direction,
        ..tensor
    };
    vec![norm, direction]
}

/// The norm at each kernel position over all other axes.
fn norms(weight: &[f32], shape: &[usize]) -> Vec<f32> {
    let kernel = shape.last().copied().unwrap_or(1);
    let mut squares = vec![0.0f64; kernel];
    for row in weight.chunks_exact(kernel) {
        for (sum, value) in squares.iter_mut().zip(row) {
            *sum += f64::from(*value) * f64::from(*value);
        }
    }
    squares.iter().map(|sum| sum.sqrt() as f32).collect()
}
