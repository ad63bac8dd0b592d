//! A batch through a transformer without gradients, clip by clip.

use std::convert::Infallible;

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};

use crate::kernels::{Cores, Dense, PANEL_WIDTH, Panels, Stack, Weight, WeightSource, with_values};
use crate::weights::{CheckpointError, StoredParameters, StoredWeight};

/// Where the values of the parameters of an encoder are.
pub(super) trait Values: Sync {
    /// Why they cannot be read.
    type Error: Send;

    /// Return the values of a parameter.
    fn of<const D: usize>(&self, parameter: &Param<Tensor<D>>) -> Result<Vec<f32>, Self::Error>;

    /// Return layers with the same inputs as one layer, with their outputs side by side.
    fn dense<const D: usize>(&self, layers: &[Affine<'_, D>]) -> Result<Dense, Self::Error>;
}

/// The parameters of a linear layer, or of a convolution.
#[derive(Clone, Copy)]
pub(super) struct Affine<'a, const D: usize> {
    /// The outputs are its last axis.
    pub(super) weight: &'a Param<Tensor<D>>,
    pub(super) bias: Option<&'a Param<Tensor<1>>>,
}

impl<'a> From<&'a Linear> for Affine<'a, 2> {
    fn from(linear: &'a Linear) -> Self {
        Self {
            weight: &linear.weight,
            bias: linear.bias.as_ref(),
        }
    }
}

impl<const D: usize> Affine<'_, D> {
    fn outputs(&self) -> usize {
        // The weight may not have been read.
        self.weight.lazy_shape()[D - 1]
    }
}

/// Return the biases of layers. A layer without one has zeros.
fn biases<V: Values, const D: usize>(
    values: &V,
    layers: &[Affine<'_, D>],
) -> Result<Vec<f32>, V::Error> {
    let mut biases = Vec::new();
    for layer in layers {
        match layer.bias {
            Some(bias) => biases.extend(values.of(bias)?),
            None => biases.resize(biases.len() + layer.outputs(), 0.0),
        }
    }
    Ok(biases)
}

/// The values are in the parameters.
pub(super) struct InModule;

impl Values for InModule {
    type Error = Infallible;

    fn of<const D: usize>(&self, parameter: &Param<Tensor<D>>) -> Result<Vec<f32>, Infallible> {
        Ok(with_values(parameter.val(), <[f32]>::to_vec))
    }

    fn dense<const D: usize>(&self, layers: &[Affine<'_, D>]) -> Result<Dense, Infallible> {
        let weights = layers.iter().map(|layer| Rows {
            values: with_values(layer.weight.val(), <[f32]>::to_vec),
            outputs: layer.outputs(),
        });
        let weights: Vec<Rows> = weights.collect();
        let weight = Weight::F32(Panels::side_by_side(&weights)?);
        Ok(Dense::new(weight, &biases(self, layers)?))
    }
}

/// A weight in memory, `[inputs, outputs]` row by row.
struct Rows {
    values: Vec<f32>,
    outputs: usize,
}

impl WeightSource<f32> for Rows {
    type Error = Infallible;

    fn size(&self) -> [usize; 2] {
        [self.values.len() / self.outputs, self.outputs]
    }

    fn read(&self, panel: usize, to: &mut [f32], _: &mut Vec<f32>) -> Result<(), Infallible> {
        let first = panel * PANEL_WIDTH;
        let width = PANEL_WIDTH.min(self.outputs - first);
        let rows = self.values.chunks_exact(self.outputs);
        for (to, row) in to.chunks_exact_mut(PANEL_WIDTH).zip(rows) {
            to[..width].copy_from_slice(&row[first..][..width]);
        }
        Ok(())
    }
}

/// The values are in a checkpoint.
impl Values for StoredParameters<'_> {
    type Error = CheckpointError;

    fn of<const D: usize>(
        &self,
        parameter: &Param<Tensor<D>>,
    ) -> Result<Vec<f32>, CheckpointError> {
        self.values(parameter.id)
    }

    fn dense<const D: usize>(&self, layers: &[Affine<'_, D>]) -> Result<Dense, CheckpointError> {
        let weights = layers.iter().map(|layer| self.weight(layer.weight.id));
        let weights: Vec<StoredWeight<'_>> = weights.collect::<Result<_, _>>()?;
        let weight = StoredWeight::side_by_side(&weights)?;
        Ok(Dense::new(weight, &biases(self, layers)?))
    }
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
