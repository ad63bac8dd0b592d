//! Activations.

use super::graph::{Graph, Value};

/// Apply the exact GELU, `x · Φ(x)`.
pub(super) fn gelu(graph: &mut Graph, value: &Value) -> Value {
    let scaled = graph.with_scalar("Div", value, std::f32::consts::SQRT_2);
    let erf = graph.op("Erf", &[&scaled]);
    let shifted = graph.with_scalar("Add", &erf, 1.0);
    let product = graph.op("Mul", &[value, &shifted]);
    graph.with_scalar("Mul", &product, 0.5)
}
