//! A batch through a transformer without gradients, clip by clip.

use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};

use crate::kernels::{Cores, Dense, Panels, Stack, with_values};

/// Return a linear layer as the kernels take it.
pub(super) fn dense(linear: &Linear) -> Dense {
    let [_, outputs] = linear.weight.dims();
    let bias = linear.bias.as_ref().map(|bias| vector(bias.val()));
    with_values(linear.weight.val(), |weight| {
        Dense::new(weight, bias.as_deref(), outputs)
    })
}

/// Return the values of a vector.
pub(super) fn vector(tensor: Tensor<1>) -> Vec<f32> {
    with_values(tensor, <[f32]>::to_vec)
}

/// Run the layers of a transformer on `[clips, steps, width]`.
pub(super) fn hidden_states(stack: &Stack, states: Tensor<3>, lengths: &[usize]) -> Vec<Tensor<3>> {
    let [clips, steps, width] = states.dims();
    let device = states.device();
    let states = with_values(states, |values| {
        Cores::for_clips(clips, |clip, cores| {
            let own = &values[clip * steps * width..][..lengths[clip] * width];
            stack.hidden_states(Panels::from_rows(own, width), cores)
        })
    });
    batched(states, lengths, &device)
}

/// Put the hidden states of each clip, row by row, into tensors. Zeros follow the shorter clips.
pub(super) fn batched(
    mut clips: Vec<Vec<Vec<f32>>>,
    lengths: &[usize],
    device: &Device,
) -> Vec<Tensor<3>> {
    let steps = lengths.iter().copied().max().unwrap_or(1);
    let count = clips.len();
    let states = clips.first().map_or(0, Vec::len);
    let batch = |state: usize| {
        let mut values = Vec::new();
        for (clip, length) in clips.iter_mut().zip(lengths) {
            let own = std::mem::take(&mut clip[state]);
            let size = own.len() / length * steps;
            if values.is_empty() {
                values = own;
                values.reserve_exact(size * count - values.len());
            } else {
                values.extend(own);
            }
            values.resize(values.len().div_ceil(size) * size, 0.0);
        }
        let width = values.len() / (count * steps);
        Tensor::from_data(TensorData::new(values, [count, steps, width]), device)
    };
    (0..states).map(batch).collect()
}
