//! The weight normalization (Salimans & Kingma 2016) of wav2vec 2.0's position embedding.
//!
//! Checkpoints keep that weight, `[out, in, kernel]`, as a direction of the same shape and one norm
//! per kernel position: `weight = norm · direction / ‖direction‖`. Our network keeps the product.

use super::checkpoint::Checkpoint;
use super::error::CheckpointError;
use super::layout::Layout;
use super::write::NamedTensor;

/// The only weight that is kept this way.
const NORMALIZED: &str = "pos_conv_embed.conv.weight";
/// The names of norm and direction in new and in old versions of PyTorch, in place of `weight`.
const FACTORS: [[&str; 2]; 2] = [
    [
        "parametrizations.weight.original0",
        "parametrizations.weight.original1",
    ],
    ["weight_g", "weight_v"],
];

/// Return the names of norm and direction if a checkpoint holds a parameter this way.
pub(super) fn stored(checkpoint: &Checkpoint, name: &str) -> Option<[String; 2]> {
    FACTORS
        .into_iter()
        .filter_map(|names| factors(name, names))
        .find(|[norm, direction]| {
            checkpoint.shape(norm).is_some() && checkpoint.shape(direction).is_some()
        })
}

fn factors(name: &str, names: [&str; 2]) -> Option<[String; 2]> {
    let stem = name
        .strip_suffix("weight")
        .filter(|_| name.ends_with(NORMALIZED))?;
    Some(names.map(|factor| format!("{stem}{factor}")))
}

/// Read a weight from its norm and its direction, in our order.
pub(super) fn read(
    checkpoint: &Checkpoint,
    [norm, direction]: [&str; 2],
    layout: &Layout,
) -> Result<Vec<f32>, CheckpointError> {
    let norm = checkpoint.read(norm)?;
    let mut weight = checkpoint.read(direction)?;
    let scales: Vec<f32> = norms(&weight, &layout.shape)
        .iter()
        .zip(norm)
        .map(|(found, wanted)| if *found > 0.0 { wanted / found } else { 0.0 })
        .collect();
    for row in weight.chunks_exact_mut(scales.len()) {
        for (value, scale) in row.iter_mut().zip(&scales) {
            *value *= scale;
        }
    }
    Ok(layout.to_ours(&weight))
}

/// Split the normalized weight into its two factors, under their new names. Any other tensor stays
/// as it is.
pub(super) fn split(tensor: NamedTensor) -> Vec<NamedTensor> {
    let Some([norm, direction]) = factors(tensor.name(), FACTORS[0]) else {
        return vec![tensor];
    };
    let norms = norms(&tensor.values(), tensor.shape());
    let norm = NamedTensor::new(norm, vec![1, 1, norms.len()], move || norms.clone());
    vec![norm, tensor.renamed(direction)]
}

/// Compute the norm at each kernel position over all other axes.
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
