//! Convolutions. Our weights have the axes of the kernel first, ONNX's have them last.

use super::OnnxError;
use super::graph::{Graph, Parameter, Value, int, ints};
use super::proto::AttributeProto;

/// Stride and padding of a convolution.
#[derive(Clone, Copy)]
pub(super) struct ConvOptions {
    pub(super) stride: usize,
    /// Zeros before and after.
    pub(super) pads: [usize; 2],
}

impl ConvOptions {
    /// Return a stride of 1 and the padding with which the output is as long as the input.
    pub(super) fn same(kernel: usize) -> Self {
        Self {
            stride: 1,
            pads: [kernel / 2, kernel - 1 - kernel / 2],
        }
    }
}

/// Add a convolution, `[batch, channels, frames]` → `[batch, channels, frames]`, with the
/// parameters `weight` and, if there is one, `bias` below `prefix`. The values of `weight` are the
/// rows of `[groups, kernel, in, out]`, whatever its shape is.
pub(super) fn convolution(
    graph: &mut Graph,
    prefix: &str,
    [groups, kernel]: [usize; 2],
    options: ConvOptions,
    input: &Value,
) -> Result<Value, OnnxError> {
    let attributes = vec![
        ints("strides", &[options.stride as i64]),
        ints("pads", &options.pads.map(|pad| pad as i64)),
    ];
    over_axes(graph, prefix, groups, &[kernel], attributes, input)
}

/// Add a convolution over two axes with an output as large as its input,
/// `[batch, channels, frames, bands]` → `[batch, channels, frames, bands]`, with the parameters
/// `weight` and `bias` below `prefix`. The values of `weight` are the rows of
/// `[kernel frames, kernel bands, in, out]`.
pub(super) fn convolution_2d(
    graph: &mut Graph,
    prefix: &str,
    kernel: [usize; 2],
    input: &Value,
) -> Result<Value, OnnxError> {
    let [frames, bands] = kernel.map(|size| (size / 2) as i64);
    let attributes = vec![ints("pads", &[frames, bands, frames, bands])];
    over_axes(graph, prefix, 1, &kernel, attributes, input)
}

fn over_axes(
    graph: &mut Graph,
    prefix: &str,
    groups: usize,
    kernel: &[usize],
    mut attributes: Vec<AttributeProto>,
    input: &Value,
) -> Result<Value, OnnxError> {
    let name = format!("{prefix}.weight");
    let Parameter { shape, values } = graph.take(&name)?;
    let outputs = shape.last().copied().unwrap_or_default();
    let size: usize = kernel.iter().product();
    let inputs = values.len() / (groups * size * outputs).max(1);
    let group = values.len() / groups;
    let reordered: Vec<f32> = values
        .chunks_exact(group.max(1))
        .flat_map(|group| kernel_last(group, [size, inputs, outputs]))
        .collect();
    let mut shape = vec![groups * outputs, inputs];
    shape.extend(kernel);
    let weight = graph.floats(&name, &shape, &reordered);
    let bias = graph.parameter_if_any(&format!("{prefix}.bias"));
    let mut given = vec![input, &weight];
    given.extend(bias.as_ref());
    let sizes: Vec<i64> = kernel.iter().map(|size| *size as i64).collect();
    attributes.extend([ints("kernel_shape", &sizes), int("group", groups as i64)]);
    Ok(graph.op_with("Conv", &given, attributes))
}

/// Transpose weights: `[kernel, in, out]` → `[out, in, kernel]`.
fn kernel_last(values: &[f32], [kernel, inputs, outputs]: [usize; 3]) -> Vec<f32> {
    let mut reordered = Vec::with_capacity(values.len());
    for output in 0..outputs {
        for input in 0..inputs {
            for frame in 0..kernel {
                reordered.push(values[(frame * inputs + input) * outputs + output]);
            }
        }
    }
    reordered
}
