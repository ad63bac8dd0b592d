//! Masks for the steps of a batch. A batch is as long as its longest clip, and the other clips are
//! padded.

use super::graph::{Graph, Value, int};
use super::proto::DataType;

/// The steps of each clip without its padding.
pub(super) struct StepMask {
    /// The number of steps, `[batch, 1]`, int64.
    pub(super) lengths: Value,
    /// The mask: 1 for the clip's steps and 0 for padding, `[batch, steps, 1]`, float.
    pub(super) steps: Value,
}

impl StepMask {
    /// Mask all but the first `lengths` steps of `states`, `[batch, steps, width]`.
    pub(super) fn of(graph: &mut Graph, lengths: Value, states: &Value) -> Self {
        let count = size(graph, states, 1);
        let [zero, one] = [0, 1].map(|number| graph.integer(number));
        let all = graph.op("Range", &[&zero, &count, &one]);
        let mask = graph.op("Less", &[&all, &lengths]);
        let mask = graph.cast(&mask, DataType::Float);
        let steps = graph.unsqueeze(&mask, 2);
        Self { lengths, steps }
    }

    /// Set padding to zero; `[batch, steps, width]`.
    pub(super) fn apply(&self, graph: &mut Graph, states: &Value) -> Value {
        graph.op("Mul", &[states, &self.steps])
    }

    /// Take the mean over each clip without padding, `[batch, steps, width]` → `[batch, 1, width]`.
    pub(super) fn mean(&self, graph: &mut Graph, states: &Value) -> Value {
        let masked = self.apply(graph, states);
        let axis = graph.integers(&[1]);
        let sum = graph.op_with("ReduceSum", &[&masked, &axis], vec![int("keepdims", 1)]);
        let count = graph.cast(&self.lengths, DataType::Float);
        let count = graph.unsqueeze(&count, 2);
        graph.op("Div", &[&sum, &count])
    }

    /// Return the attention bias: 0 for a clip's steps and -1e30 for padding, `[batch, 1, steps]`.
    pub(super) fn attention_bias(&self, graph: &mut Graph) -> Value {
        let one = graph.scalar(1.0);
        let beyond = graph.op("Sub", &[&one, &self.steps]);
        let lowest = graph.scalar(-1e30);
        let penalty = graph.op("Mul", &[&beyond, &lowest]);
        graph.transpose(&penalty, &[0, 2, 1])
    }
}

/// Count each clip's frames in the attention mask, `[batch, frames]` → `[batch, 1]`.
pub(super) fn lengths(graph: &mut Graph, attention_mask: &Value) -> Value {
    let axis = graph.integers(&[1]);
    graph.op_with(
        "ReduceSum",
        &[attention_mask, &axis],
        vec![int("keepdims", 1)],
    )
}

/// Return the size of an axis as a single integer.
pub(super) fn size(graph: &mut Graph, value: &Value, axis: i64) -> Value {
    let shape = graph.op("Shape", &[value]);
    let axis = graph.integer(axis);
    graph.op_with("Gather", &[&shape, &axis], vec![int("axis", 0)])
}

/// Return the number of a convolution's outputs, `(frames + padding - kernel) / stride + 1`.
pub(super) fn convolved(
    graph: &mut Graph,
    frames: &Value,
    [kernel, stride, padding]: [usize; 3],
) -> Value {
    let [shrink, stride, one] =
        [kernel as i64 - padding as i64, stride as i64, 1].map(|number| graph.integer(number));
    let moved = graph.op("Sub", &[frames, &shrink]);
    let strides = graph.op("Div", &[&moved, &stride]);
    graph.op("Add", &[&strides, &one])
}

/// Return the first `count` rows of a table `[rows, width]`.
pub(super) fn first_rows(graph: &mut Graph, table: &Value, count: &Value) -> Value {
    let start = graph.integers(&[0]);
    let axis = graph.integers(&[0]);
    let end = graph.unsqueeze(count, 0);
    graph.op("Slice", &[table, &start, &end, &axis])
}

/// Apply the exact GELU, `x · Φ(x)`.
pub(super) fn gelu(graph: &mut Graph, value: &Value) -> Value {
    let [root, one, half] = [std::f32::consts::SQRT_2, 1.0, 0.5].map(|it| graph.scalar(it));
    let scaled = graph.op("Div", &[value, &root]);
    let erf = graph.op("Erf", &[&scaled]);
    let shifted = graph.op("Add", &[&erf, &one]);
    let product = graph.op("Mul", &[value, &shifted]);
    graph.op("Mul", &[&product, &half])
}
