//! The first outputs of a linear layer.

use burn::module::Param;
use burn::nn::Linear;

/// Return the layer with its first `count` outputs only.
pub(super) fn first_outputs(mut layer: Linear, count: usize) -> Linear {
    layer.weight = Param::from_tensor(layer.weight.val().narrow(1, 0, count));
    let bias = layer.bias.as_ref();
    layer.bias = bias.map(|bias| Param::from_tensor(bias.val().narrow(0, 0, count)));
    layer
}
