//! Weights of 8 bits.

use std::collections::BTreeSet;

use super::graph::int;
use super::proto::{DataType, GraphProto, NodeProto, TensorProto};

/// How the weights of a network are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// 32-bit floats.
    #[default]
    Float32,
    /// 8-bit integers for the weights of matrix products, convolutions and LSTMs, with a scale for
    /// each output channel. The last layer and the front end keep their floats.
    Int8,
}

/// Smaller weights stay floats: they save no space.
const SMALLEST: usize = 4096;
/// Weights that stay floats. The tables of the front end must be exact. A head that was fitted to
/// the encoder's moments has weights of very different sizes: rounded, it changes the probabilities
/// of undertone-all as much as all other weights together, and floats add 0.05 MB.
const KEPT: [&str; 2] = ["front_end.", "readout.head."];
/// The largest integer. The range is symmetric, so that 0 is exact.
const LARGEST: f32 = 127.0;

/// Replace weights by 8-bit integers, and add an operator that scales them back.
pub(super) fn quantized(mut graph: GraphProto) -> GraphProto {
    let mut done = BTreeSet::new();
    let mut nodes = Vec::new();
    for node in &mut graph.node {
        for (place, axis) in weights_of(node) {
            let Some(name) = node.input.get(place).cloned() else {
                continue;
            };
            let mut tensors = graph.initializer.iter();
            let found = tensors.position(|it| it.name.as_deref() == Some(name.as_str()));
            let Some(found) = found else {
                continue;
            };
            let tensor = &graph.initializer[found];
            let is_kept = KEPT.iter().any(|prefix| name.starts_with(prefix));
            if is_kept || tensor.count() < SMALLEST {
                continue;
            }
            if done.insert(name.clone()) {
                let made = Quantized::of(tensor, &name, axis);
                graph.initializer[found] = made.values;
                graph.initializer.push(made.scales);
                nodes.push(made.node);
            }
            node.input[place] = scaled_name(&name);
        }
    }
    nodes.append(&mut graph.node);
    graph.node = nodes;
    graph
}

/// Return the inputs of an operator that are weights, each with the axis of its scales.
fn weights_of(node: &NodeProto) -> Vec<(usize, usize)> {
    match node.op_type.as_deref() {
        Some("MatMul") => vec![(1, 1)],
        Some("Conv") => vec![(1, 0)],
        Some("LSTM") => vec![(1, 1), (2, 1)],
        _ => Vec::new(),
    }
}

struct Quantized {
    values: TensorProto,
    scales: TensorProto,
    node: NodeProto,
}

impl Quantized {
    fn of(tensor: &TensorProto, name: &str, axis: usize) -> Self {
        let floats = tensor.floats();
        let channels = tensor
            .dims
            .get(axis)
            .map_or(1, |size| *size as usize)
            .max(1);
        let inner: usize = tensor
            .dims
            .iter()
            .skip(axis + 1)
            .map(|it| *it as usize)
            .product();
        let channel = |place: usize| place / inner.max(1) % channels;
        let mut scales = vec![0.0_f32; channels];
        for (place, value) in floats.iter().enumerate() {
            let scale = &mut scales[channel(place)];
            *scale = scale.max(value.abs() / LARGEST);
        }
        // A channel of zeros.
        scales
            .iter_mut()
            .filter(|it| **it == 0.0)
            .for_each(|it| *it = 1.0);
        let whole = |(place, value): (usize, &f32)| {
            let scaled = (value / scales[channel(place)]).round();
            (scaled.clamp(-LARGEST, LARGEST) as i8).to_le_bytes()
        };
        let bytes: Vec<u8> = floats.iter().enumerate().flat_map(whole).collect();
        let [whole_name, scale_name] = [format!("{name}.int8"), format!("{name}.scale")];
        Self {
            values: TensorProto {
                dims: tensor.dims.clone(),
                data_type: Some(DataType::Int8.into()),
                name: Some(whole_name.clone()),
                raw_data: Some(bytes),
            },
            scales: TensorProto {
                dims: vec![channels as i64],
                data_type: Some(DataType::Float.into()),
                name: Some(scale_name.clone()),
                raw_data: Some(scales.iter().flat_map(|it| it.to_le_bytes()).collect()),
            },
            node: NodeProto {
                input: vec![whole_name, scale_name],
                output: vec![scaled_name(name)],
                name: Some(format!("node_{name}.float")),
                op_type: Some("DequantizeLinear".to_owned()),
                attribute: vec![int("axis", axis as i64)],
            },
        }
    }
}

fn scaled_name(name: &str) -> String {
    format!("{name}.float")
}

impl TensorProto {
    fn count(&self) -> usize {
        self.dims.iter().map(|size| *size as usize).product()
    }

    fn floats(&self) -> Vec<f32> {
        let bytes = self.raw_data.as_deref().unwrap_or_default();
        let (numbers, _) = bytes.as_chunks::<4>();
        numbers.iter().map(|it| f32::from_le_bytes(*it)).collect()
    }
}
