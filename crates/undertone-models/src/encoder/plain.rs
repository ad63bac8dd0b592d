//! The encoders' operations in Burn's own. Channels stand last.

use burn::nn::Dropout;
use burn::tensor::activation::softmax;
use burn::tensor::{Bool, Tensor};

/// The exact GELU, `x · Φ(x)`.
pub(super) fn gelu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    burn::tensor::activation::gelu(x)
}

/// Layer norm over the last dimension.
pub(super) fn layer_norm(
    x: Tensor<3>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f64,
) -> Tensor<3> {
    burn::tensor::module::layer_norm(x, gamma, Some(beta), epsilon)
}

/// A convolution without padding:
/// `[batch, frames, in]` → `[batch, (frames - kernel) / stride + 1, out]`, with a weight of
/// `[kernel * in, out]`.
pub(super) fn strided_convolution(
    x: Tensor<3>,
    weight: Tensor<2>,
    bias: Option<Tensor<1>>,
    kernel: usize,
    stride: usize,
) -> Tensor<3> {
    let [batch, frames, channels] = x.dims();
    let steps = (frames - kernel) / stride + 1;
    // Blocks of `stride` frames: an output sees the beginning of a few that follow each other.
    let reach = kernel.div_ceil(stride);
    let blocks = steps + reach - 1;
    let x = if frames < blocks * stride {
        let rest = Tensor::zeros([batch, blocks * stride - frames, channels], &x.device());
        Tensor::cat(vec![x, rest], 1)
    } else {
        x.narrow(1, 0, blocks * stride)
    };
    let x = x.reshape([batch, blocks, stride * channels]);
    let windows = (0..reach).map(|offset| x.clone().narrow(1, offset, steps));
    let windows = Tensor::cat(windows.collect(), 2).narrow(2, 0, kernel * channels);
    burn::tensor::module::linear(windows, weight, bias)
}

/// A convolution in groups of channels, as long as its input, with zeros at both ends
/// (`kernel / 2` before the beginning): `[batch, frames, channels]` → the same, with a weight of
/// `[groups, kernel, channels / groups, channels / groups]`.
pub(super) fn grouped_convolution(x: Tensor<3>, weight: Tensor<4>, bias: Tensor<1>) -> Tensor<3> {
    let [batch, frames, channels] = x.dims();
    let [groups, kernel, group_in, group_out] = weight.dims();
    let device = x.device();
    let before = Tensor::zeros([batch, kernel / 2, channels], &device);
    let after = Tensor::zeros([batch, kernel - 1 - kernel / 2, channels], &device);
    let padded = Tensor::cat(vec![before, x, after], 1).reshape([
        batch,
        frames + kernel - 1,
        groups,
        group_in,
    ]);
    let windows = (0..kernel).map(|offset| padded.clone().narrow(1, offset, frames));
    let windows = Tensor::cat(windows.collect(), 3)
        .permute([2, 0, 1, 3])
        .reshape([groups, batch * frames, kernel * group_in]);
    let weight = weight.reshape([groups, kernel * group_in, group_out]);
    windows
        .matmul(weight)
        .reshape([groups, batch, frames, group_out])
        .permute([1, 2, 0, 3])
        .reshape([batch, frames, channels])
        .add(bias.unsqueeze())
}

/// Scaled dot-product attention in `heads` heads: queries, keys and values `[batch, steps, width]`
/// → `[batch, steps, width]`. Nothing is read from the steps `beyond` a clip's own, `[batch, steps]`.
pub(super) fn attention(
    [query, key, value]: [Tensor<3>; 3],
    heads: usize,
    beyond: Option<&Tensor<2, Bool>>,
    dropout: &Dropout,
) -> Tensor<3> {
    let [batch, steps, width] = query.dims();
    let split = |x: Tensor<3>| {
        x.reshape([batch, steps, heads, width / heads])
            .swap_dims(1, 2)
    };
    let scale = ((width / heads) as f64).powf(-0.5);
    let mut scores = split(query * scale).matmul(split(key).transpose());
    if let Some(beyond) = beyond {
        let beyond: Tensor<4, Bool> = beyond.clone().unsqueeze_dims(&[1, 2]);
        scores = scores.mask_fill(beyond, f32::MIN);
    }
    dropout
        .forward(softmax(scores, 3))
        .matmul(split(value))
        .swap_dims(1, 2)
        .reshape([batch, steps, width])
}
