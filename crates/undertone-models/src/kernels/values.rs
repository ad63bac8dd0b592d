//! The values of a tensor.

use burn::backend::{DType, Flex};
use burn::tensor::Tensor;

/// Read the values of a tensor in row-major order. On the CPU they are not copied.
pub(crate) fn with_values<const D: usize, R>(
    tensor: Tensor<D>,
    read: impl FnOnce(&[f32]) -> R,
) -> R {
    if let Ok(tensor) = tensor.clone().try_into_primitive::<Flex>()
        && tensor.dtype() == DType::F32
        && let Some(values) = tensor.as_slice::<f32>()
    {
        return read(values);
    }
    read(&tensor.into_data().iter::<f32>().collect::<Vec<_>>())
}
