//! Layers of a transformer, as inference computes them.

use std::convert::Infallible;
use std::hint::black_box;

use burn::tensor::Device;
use half::f16;

use crate::case::{Case, random, timed};
use crate::kernels;

/// The type of the weights of a layer for inference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    F32,
    F16,
    Int8,
}

impl Kind {
    /// Return the size of a weight in values of 32 bits.
    fn size(self) -> f64 {
        match self {
            Self::F32 => 1.0,
            Self::F16 => 0.5,
            Self::Int8 => 0.25,
        }
    }
}

/// A weight of this number of inputs and outputs.
struct Weight([usize; 2]);

impl Weight {
    fn value(&self, index: usize) -> f32 {
        (index * 37 % 101) as f32 / 1000.0 - 0.05
    }
}

impl kernels::WeightSource<f32> for Weight {
    type Error = Infallible;

    fn size(&self) -> [usize; 2] {
        self.0
    }

    fn read(&self, _: usize, to: &mut [f32], _: &mut Vec<f32>) -> Result<(), Infallible> {
        for (index, to) in to.iter_mut().enumerate() {
            *to = self.value(index);
        }
        Ok(())
    }
}

impl kernels::WeightSource<f16> for Weight {
    type Error = Infallible;

    fn size(&self) -> [usize; 2] {
        self.0
    }

    fn read(&self, _: usize, to: &mut [f16], _: &mut Vec<f16>) -> Result<(), Infallible> {
        for (index, to) in to.iter_mut().enumerate() {
            *to = f16::from_f32(self.value(index));
        }
        Ok(())
    }
}

/// Make a linear layer.
fn linear(inputs: usize, outputs: usize, kind: Kind) -> kernels::Dense {
    let sources = [Weight([inputs, outputs])];
    let weight = match kind {
        Kind::F16 => {
            let Ok(panels) = kernels::Panels::side_by_side(&sources);
            kernels::Weight::F16(panels)
        }
        Kind::F32 | Kind::Int8 => {
            let Ok(panels) = kernels::Panels::side_by_side(&sources);
            kernels::Weight::F32(panels)
        }
    };
    let layer = kernels::Dense::new(weight, &vec![0.1; outputs]);
    match kind {
        Kind::Int8 => layer.in_int8(1),
        Kind::F32 | Kind::F16 => layer,
    }
}

fn matrix(rows: usize, columns: usize) -> kernels::Panels {
    let values: Vec<f32> = random([rows, columns], &Device::flex())
        .into_data()
        .iter()
        .collect();
    kernels::Panels::from_rows(&values, columns)
}

/// Return the time of `work` with all threads of the pool, in seconds.
fn together(work: impl Fn(kernels::Cores<'_>) + Sync) -> f64 {
    let times = kernels::Cores::for_clips(1, |_, cores| timed(|| (), |()| work(cores)));
    times.into_iter().sum()
}

/// A linear layer with GELU, as inference computes it.
pub(crate) fn dense(rows: usize, inputs: usize, outputs: usize, kind: Kind) -> Case {
    let input = matrix(rows, inputs);
    let layer = linear(inputs, outputs, kind);
    Case {
        name: format!("linear, GELU {rows} x {inputs} x {outputs}, {kind:?}"),
        operations: 2.0 * (rows * inputs * outputs) as f64,
        values: (rows * (inputs + outputs)) as f64 + kind.size() * (inputs * outputs) as f64,
        run: Box::new(move || {
            together(|cores| {
                let mut output = kernels::Panels::default();
                let whole = kernels::Operand::all(&input);
                layer.apply(whole, kernels::Then::Gelu, cores, &mut output);
                black_box(&mut output);
            })
        }),
    }
}

/// A layer of a transformer, as inference computes it.
pub(crate) fn layer(steps: usize, width: usize, heads: usize, kind: Kind) -> Case {
    let inner = 4 * width;
    let norm = || kernels::Norm {
        weight: vec![1.0; width],
        bias: vec![0.0; width],
        epsilon: 1e-5,
    };
    let stack = kernels::Stack {
        layers: vec![kernels::Layer {
            heads,
            projection: linear(width, 3 * width, kind),
            output: linear(width, width, kind),
            attention_norm: norm(),
            inner: linear(width, inner, kind),
            outer: linear(inner, width, kind),
            final_norm: norm(),
            norm_first: true,
        }],
        norm: None,
    };
    let input = matrix(steps, width);
    let weights = 4 * width * width + 2 * width * inner;
    Case {
        name: format!("transformer layer {steps} x {width}, {kind:?}"),
        operations: 2.0 * (steps * weights + 2 * steps * steps * width) as f64,
        values: 3.0 * (steps * width) as f64 + kind.size() * weights as f64,
        run: Box::new(move || {
            together(|cores| {
                black_box(stack.hidden_states(input.clone(), cores));
            })
        }),
    }
}
