//! A linear layer.

use super::cores::Cores;
use crate::kernels::column_panels::{
    Added, Int8Panels, Int8Rows, Operand, Panels, WIDTH, multiply, multiply_int8,
};
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

#[derive(Debug, Clone)]
enum Weight {
    F32(Panels),
    Int8(Int8Panels),
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
    /// Take the weight, `[inputs, outputs]` row by row, and the bias, `[outputs]`.
    pub(crate) fn new(weight: &[f32], bias: Option<&[f32]>, outputs: usize) -> Self {
        let mut rows = vec![[0.0; WIDTH]; outputs.div_ceil(WIDTH)];
        let own = bias.unwrap_or_default().chunks(WIDTH);
        for (row, own) in rows.iter_mut().zip(own) {
            row[..own.len()].copy_from_slice(own);
        }
        Self {
            weight: Weight::F32(Panels::from_rows(weight, outputs)),
            bias: rows,
            outputs,
        }
    }

    /// Return the layer with a weight of 8-bit integers. A weight that has no such form stays as it
    /// is.
    pub(crate) fn in_int8(&self) -> Self {
        let rounded = match &self.weight {
            Weight::F32(weight) => Int8Panels::of(weight).map(Weight::Int8),
            Weight::Int8(_) => None,
        };
        Self {
            weight: rounded.unwrap_or_else(|| self.weight.clone()),
            bias: self.bias.clone(),
            outputs: self.outputs,
        }
    }

    /// Join two layers of floats that read the same input into one, with all their outputs.
    ///
    /// # Panics
    /// If their inputs differ, if the outputs of the first do not fill whole panels, or if one is
    /// of integers.
    pub(crate) fn joined(mut self, other: Self) -> Self {
        self.weight = match (self.weight, other.weight) {
            (Weight::F32(first), Weight::F32(second)) => Weight::F32(first.beside(second)),
            _ => panic!("layers of integers are not joined"),
        };
        self.bias.extend(other.bias);
        self.outputs += other.outputs;
        self
    }

    /// Return the number of outputs.
    pub(crate) fn outputs(&self) -> usize {
        self.outputs
    }

    /// Compute the layer for each row of `input`.
    pub(crate) fn apply(&self, input: Operand<'_>, then: Then, cores: Cores, to: &mut Panels) {
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
        cores: Cores,
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
        cores: Cores,
        size: usize,
        to: &mut [f32],
    ) {
        let own = first..first + input.rows * WIDTH;
        let rows = match &self.weight {
            Weight::F32(weight) => {
                assert_eq!(input.depth(), weight.rows(), "inputs of a linear layer");
                None
            }
            Weight::Int8(_) => Some(Int8Rows::of(input)),
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
