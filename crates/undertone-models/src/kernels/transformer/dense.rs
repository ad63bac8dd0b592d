//! A linear layer.

use crate::kernels::column_panels::{
    Added, Int8Rows, Operand, Panels, WIDTH, Weight, multiply, multiply_int8,
};
use crate::kernels::cores::Cores;
use crate::kernels::vector_math::{self, vectorized};

/// A linear layer, or a convolution: `x · weight + bias`.
#[derive(Debug, Clone)]
pub(crate) struct Dense {
    /// `[inputs, outputs]`
    weight: Weight,
    /// Of each panel.
    bias: Vec<[f32; WIDTH]>,
    outputs: usize,
}

/// What becomes of the output of a linear layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// It is stored.
    Store,
    /// GELU of it is stored.
    Gelu,
    /// It is added to what was there.
    Add,
}

impl Dense {
    /// Take the weight and the bias of each output.
    pub(crate) fn new(weight: Weight, bias: &[f32]) -> Self {
        let outputs = bias.len();
        let mut rows = vec![[0.0; WIDTH]; outputs.div_ceil(WIDTH)];
        for (row, own) in rows.iter_mut().zip(bias.chunks(WIDTH)) {
            row[..own.len()].copy_from_slice(own);
        }
        Self {
            weight,
            bias: rows,
            outputs,
        }
    }

    /// Return the layer, or a convolution whose kernel has `taps` frames, with a weight of 8-bit
    /// integers. A weight that has no such form stays as it is.
    pub(crate) fn in_int8(&self, taps: usize) -> Self {
        Self {
            weight: self
                .weight
                .in_int8(taps)
                .unwrap_or_else(|| self.weight.clone()),
            bias: self.bias.clone(),
            outputs: self.outputs,
        }
    }

    /// Return the number of outputs.
    pub(crate) fn outputs(&self) -> usize {
        self.outputs
    }

    /// Compute the layer for each row of `input`.
    pub(crate) fn apply(&self, input: Operand<'_>, then: Then, cores: Cores<'_>, to: &mut Panels) {
        if then != Then::Add {
            to.resize(input.rows, self.outputs);
        }
        let size = to.size();
        self.apply_from(0, input, then, cores, size, to.values_mut());
    }

    /// Do the same, into all rows but the first and those behind the last result.
    pub(crate) fn apply_between_margins(
        &self,
        input: Operand<'_>,
        then: Then,
        cores: Cores<'_>,
        to: &mut Panels,
    ) {
        let size = to.size();
        self.apply_from(WIDTH, input, then, cores, size, to.values_mut());
    }

    /// Compute the layer into panels of `size` values, from the value `first` of each on.
    fn apply_from(
        &self,
        first: usize,
        input: Operand<'_>,
        then: Then,
        cores: Cores<'_>,
        size: usize,
        to: &mut [f32],
    ) {
        let own = first..first + input.rows * WIDTH;
        assert_eq!(
            input.depth(),
            self.weight.inputs(),
            "inputs of a linear layer"
        );
        let rows = match &self.weight {
            Weight::F32(_) | Weight::F16(_) => None,
            Weight::Int8(_) => Some(Int8Rows::of(input, cores)),
        };
        cores.each_chunk(to, size, |panel, to, &mut ()| {
            let to = &mut to[own.clone()];
            let bias = &self.bias[panel];
            let added = match then {
                Then::Store | Then::Gelu => Added::Bias(bias),
                Then::Add => Added::Sum(bias),
            };
            match (&self.weight, &rows) {
                (Weight::F32(weight), _) => multiply(input, weight.panel(panel), added, to),
                (Weight::F16(weight), _) => multiply(input, weight.panel(panel), added, to),
                (Weight::Int8(weight), Some(rows)) => {
                    multiply_int8(input, rows, weight, panel, added, to);
                }
                (Weight::Int8(_), None) => {}
            }
            if then == Then::Gelu {
                gelu(to);
            }
        });
    }
}

/// Compute GELU in place.
fn gelu(values: &mut [f32]) {
    vectorized(
        #[inline(always)]
        || {
            for value in values {
                *value = vector_math::gelu(*value);
            }
        },
    );
}
