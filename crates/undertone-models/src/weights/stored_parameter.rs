//! The tensors of a checkpoint that hold a parameter: one, two factors, or a part of one.

use super::checkpoint::Checkpoint;
use super::error::CheckpointError;
use super::layout::Layout;
use super::stored_tensor::OpenTensor;
use super::{fused, weight_norm};

/// The tensors of a checkpoint that hold a parameter.
pub(super) enum Stored {
    Plain(String),
    Factors { norm: String, direction: String },
    Part { whole: String, index: usize },
}

/// Find the tensors that hold a parameter; `None` if the checkpoint lacks it.
pub(super) fn stored(checkpoint: &Checkpoint, name: &str) -> Option<Stored> {
    if checkpoint.shape(name).is_some() {
        return Some(Stored::Plain(name.to_owned()));
    }
    if let Some([norm, direction]) = weight_norm::stored(checkpoint, name) {
        return Some(Stored::Factors { norm, direction });
    }
    let (whole, index) = fused::whole(name)?;
    checkpoint.shape(&whole)?;
    Some(Stored::Part { whole, index })
}

impl Stored {
    /// Return the names of the tensors, and the shapes they must have for a parameter of `shape`.
    pub(super) fn shapes(self, shape: &[usize]) -> Vec<(String, Vec<usize>)> {
        match self {
            Self::Plain(name) => vec![(name, shape.to_vec())],
            Self::Factors { norm, direction } => {
                let kernel = shape.last().copied().unwrap_or(1);
                vec![(norm, vec![1, 1, kernel]), (direction, shape.to_vec())]
            }
            Self::Part { whole, .. } => {
                let mut shape = shape.to_vec();
                if let Some(rows) = shape.first_mut() {
                    *rows *= fused::COUNT;
                }
                vec![(whole, shape)]
            }
        }
    }
}

/// Read a parameter which [`stored`] finds and whose shapes were checked, in our order.
pub(super) fn read(
    checkpoint: &Checkpoint,
    name: &str,
    layout: &Layout,
) -> Result<Vec<f32>, CheckpointError> {
    if let Some(Stored::Factors { norm, direction }) = stored(checkpoint, name) {
        return weight_norm::read(checkpoint, [&norm, &direction], layout);
    }
    let (tensor, first) = open(checkpoint, name, layout)?;
    layout.read(|start, values| tensor.read(first + start, values))
}

/// Open the tensor that holds a parameter, which is not a product of factors. Return it with the
/// index of the first value of the parameter.
pub(super) fn open<'a>(
    checkpoint: &'a Checkpoint,
    name: &str,
    layout: &Layout,
) -> Result<(OpenTensor<'a>, usize), CheckpointError> {
    match stored(checkpoint, name) {
        Some(Stored::Part { whole, index }) => {
            let size = layout.shape.iter().product::<usize>();
            Ok((checkpoint.open_tensor(&whole)?, index * size))
        }
        _ => Ok((checkpoint.open_tensor(name)?, 0)),
    }
}
