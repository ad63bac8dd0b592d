//! The weight of a layer in a checkpoint, read panel by panel.

use half::f16;

use super::error::CheckpointError;
use super::stored_tensor::OpenTensor;
use crate::kernels::{PANEL_WIDTH, Panels, Weight, WeightSource, keeps_halves};

/// The weight of a linear layer, `[outputs, inputs]` in the checkpoint, or of a convolution,
/// `[outputs, channels, kernel]`, whose inputs are `[kernel, channels]` for us.
pub(crate) struct StoredWeight<'a> {
    tensor: OpenTensor<'a>,
    /// The index of its first value.
    first: usize,
    outputs: usize,
    channels: usize,
    kernel: usize,
}

impl<'a> StoredWeight<'a> {
    /// Take the weight of this shape whose first value has this index in a tensor.
    pub(super) fn new(tensor: OpenTensor<'a>, first: usize, shape: &[usize]) -> Self {
        let size = |axis: usize| shape.get(axis).copied().unwrap_or(1);
        Self {
            tensor,
            first,
            outputs: size(0),
            channels: size(1),
            kernel: size(2),
        }
    }

    /// Return whether the values are 16-bit floats.
    fn is_half(&self) -> bool {
        self.tensor.is_half()
    }

    /// Read weights with the same inputs, and put their outputs side by side. 16-bit floats stay so
    /// if the processor multiplies with them.
    pub(crate) fn side_by_side(weights: &[Self]) -> Result<Weight, CheckpointError> {
        match keeps_halves() && weights.iter().all(Self::is_half) {
            true => Panels::side_by_side(weights).map(Weight::F16),
            false => Panels::side_by_side(weights).map(Weight::F32),
        }
    }

    /// Read the values of the outputs of a panel, which follow each other, and transpose them.
    fn transposed<T: Copy>(
        &self,
        panel: usize,
        to: &mut [T],
        buffer: &mut Vec<T>,
        zero: T,
        read: impl Fn(usize, &mut [T]) -> Result<(), CheckpointError>,
    ) -> Result<(), CheckpointError> {
        let inputs = self.channels * self.kernel;
        let output = panel * PANEL_WIDTH;
        let outputs = PANEL_WIDTH.min(self.outputs - output);
        buffer.resize(outputs * inputs, zero);
        read(self.first + output * inputs, buffer)?;
        let (rows, _) = to.as_chunks_mut::<PANEL_WIDTH>();
        let kernel = self.kernel;
        for (tap, rows) in rows.chunks_exact_mut(self.channels).enumerate() {
            for (channel, row) in rows.iter_mut().enumerate() {
                let column = &buffer[channel * kernel + tap..];
                if outputs == PANEL_WIDTH {
                    *row = std::array::from_fn(|output| column[output * inputs]);
                } else {
                    let column = column.iter().step_by(inputs);
                    row.iter_mut()
                        .zip(column)
                        .for_each(|(to, value)| *to = *value);
                }
            }
        }
        Ok(())
    }
}

impl WeightSource<f32> for StoredWeight<'_> {
    type Error = CheckpointError;

    fn size(&self) -> [usize; 2] {
        [self.channels * self.kernel, self.outputs]
    }

    fn read(
        &self,
        panel: usize,
        to: &mut [f32],
        buffer: &mut Vec<f32>,
    ) -> Result<(), CheckpointError> {
        self.transposed(panel, to, buffer, 0.0, |start, values| {
            self.tensor.read(start, values)
        })
    }
}

/// Only if the values [are 16-bit floats](StoredWeight::is_half).
impl WeightSource<f16> for StoredWeight<'_> {
    type Error = CheckpointError;

    fn size(&self) -> [usize; 2] {
        [self.channels * self.kernel, self.outputs]
    }

    fn read(
        &self,
        panel: usize,
        to: &mut [f16],
        buffer: &mut Vec<f16>,
    ) -> Result<(), CheckpointError> {
        self.transposed(panel, to, buffer, f16::ZERO, |start, values| {
            self.tensor.read_halves(start, values)
        })
    }
}
