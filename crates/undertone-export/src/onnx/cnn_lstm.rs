//! The CNN+LSTM as a graph. It must compute the same as `undertone_models::CnnLstm`.

use burn::nn::BatchNormConfig;
use undertone_models::{CnnLstm, CnnLstmConfig, LstmConfig, Pooling};

use super::OnnxError;
use super::convolution::{ConvOptions, convolution, convolution_2d};
use super::graph::{Graph, Value, float, int, ints, text};

/// Add the network: standardized features `[batch, bands, frames]` → class scores `[batch,
/// classes]`.
pub(super) fn scores(
    graph: &mut Graph,
    config: &CnnLstmConfig,
    features: Value,
) -> Result<Value, OnnxError> {
    let mut hidden = long_enough(graph, config, &features);
    let over_bands = config.conv.iter().take_while(|block| block.bands.is_some());
    let over_bands = over_bands.count();
    if over_bands > 0 {
        hidden = convolved_bands(graph, config, over_bands, &hidden)?;
    }
    for (index, block) in config.conv.iter().enumerate().skip(over_bands) {
        let kernel = block.kernel_size;
        let options = ConvOptions::same(kernel);
        hidden = convolution(
            graph,
            &convolution_name(index),
            [1, kernel],
            options,
            &hidden,
        )?;
        hidden = normed_and_pooled(graph, config, index, &[block.pool], hidden)?;
    }
    // ONNX's LSTM expects time first.
    let sequence = graph.transpose(&hidden, &[2, 0, 1]);
    let pooled = lstm(graph, &config.lstm, config.pooling, sequence)?;
    graph.linear(&pooled, "output")
}

/// Add the first `count` convolutions, which are over frames and bands: `[batch, bands, frames]` →
/// `[batch, bands * channels, frames]`.
fn convolved_bands(
    graph: &mut Graph,
    config: &CnnLstmConfig,
    count: usize,
    features: &Value,
) -> Result<Value, OnnxError> {
    let frames_first = graph.transpose(features, &[0, 2, 1]);
    let mut hidden = graph.unsqueeze(&frames_first, 1);
    for (index, block) in config.conv.iter().take(count).enumerate() {
        let bands = block.bands.as_ref();
        let [kernel, pool] = bands.map_or([1, 1], |bands| [bands.kernel_size, bands.pool]);
        let kernel = [block.kernel_size, kernel];
        hidden = convolution_2d(graph, &convolution_name(index), kernel, &hidden)?;
        hidden = normed_and_pooled(graph, config, index, &[block.pool, pool], hidden)?;
    }
    let time_first = graph.transpose(&hidden, &[2, 0, 3, 1]);
    let sequence = graph.reshape(&time_first, &[0, 0, -1]);
    Ok(graph.transpose(&sequence, &[1, 2, 0]))
}

fn convolution_name(index: usize) -> String {
    format!("conv.{index}.convolution")
}

/// Add what follows a convolution. `pool` has a size for each axis.
fn normed_and_pooled(
    graph: &mut Graph,
    config: &CnnLstmConfig,
    index: usize,
    pool: &[usize],
    convolved: Value,
) -> Result<Value, OnnxError> {
    let mut hidden = convolved;
    if config.batch_norm {
        hidden = batch_norm(graph, &format!("conv.{index}.norm"), &hidden)?;
    }
    hidden = graph.op("Relu", &[&hidden]);
    if pool.iter().any(|size| *size > 1) {
        let pool: Vec<i64> = pool.iter().map(|size| *size as i64).collect();
        let options = vec![ints("kernel_shape", &pool), ints("strides", &pool)];
        hidden = graph.op_with("MaxPool", &[&hidden], options);
    }
    Ok(hidden)
}

/// Pad features with zeros where pooling would leave no frame.
fn long_enough(graph: &mut Graph, config: &CnnLstmConfig, features: &Value) -> Value {
    let fewest: usize = config.conv.iter().map(|block| block.pool.max(1)).product();
    let fewest = graph.integers(&[fewest as i64]);
    let frames = graph.size(features, 2);
    let missing = graph.op("Sub", &[&fewest, &frames]);
    let missing = graph.with_integer("Max", &missing, 0);
    let none = graph.integers(&[0; 5]);
    let pads = graph.concat(&[&none, &missing], 0);
    graph.pad(features, &pads, "constant")
}

fn batch_norm(graph: &mut Graph, prefix: &str, input: &Value) -> Result<Value, OnnxError> {
    let mut parameter = |name: &str| graph.parameter(&format!("{prefix}.{name}"));
    let scale = parameter("gamma")?;
    let shift = parameter("beta")?;
    let mean = parameter("running_mean")?;
    let variance = parameter("running_var")?;
    // The network itself uses the same default.
    let epsilon = BatchNormConfig::new(1).epsilon as f32;
    let inputs = [input, &scale, &shift, &mean, &variance];
    Ok(graph.op_with(
        "BatchNormalization",
        &inputs,
        vec![float("epsilon", epsilon)],
    ))
}

/// Add the LSTM: `[frames, batch, width]` → the pooled states of its last layer, `[batch, pooled]`.
fn lstm(
    graph: &mut Graph,
    config: &LstmConfig,
    pooling: Pooling,
    sequence: Value,
) -> Result<Value, OnnxError> {
    let mut sequence = sequence;
    let width = config.output_width() as i64;
    for layer in 0..config.layers {
        let [input_weight, hidden_weight, bias] = layer_weights(graph, config, layer)?;
        let direction = if config.bidirectional {
            "bidirectional"
        } else {
            "forward"
        };
        let options = vec![
            int("hidden_size", config.units as i64),
            text("direction", direction),
        ];
        let inputs = [&sequence, &input_weight, &hidden_weight, &bias];
        if layer + 1 == config.layers && pooling == Pooling::Last {
            // The last state of each direction, `[directions, batch, units]`.
            let last = graph.nth_output("LSTM", &inputs, options, 1);
            let last = graph.transpose(&last, &[1, 0, 2]);
            return Ok(graph.reshape(&last, &[0, width]));
        }
        // `[frames, directions, batch, units]`
        let states = graph.op_with("LSTM", &inputs, options);
        let states = graph.transpose(&states, &[0, 2, 1, 3]);
        sequence = graph.reshape(&states, &[0, 0, width]);
    }
    let mean = graph.mean(&sequence, 0);
    if pooling == Pooling::Mean {
        return Ok(graph.reshape(&mean, &[-1, width]));
    }
    let centered = graph.op("Sub", &[&sequence, &mean]);
    let variance = graph.mean_square(&centered, &[0]);
    let variance = graph.with_scalar("Add", &variance, CnnLstm::SMALLEST_VARIANCE);
    let deviation = graph.op("Sqrt", &[&variance]);
    let pooled = graph.concat(&[&mean, &deviation], 2);
    Ok(graph.reshape(&pooled, &[-1, 2 * width]))
}

/// Add a layer's weights in ONNX's layout: `[directions, 4 · units, width]`,
/// `[directions, 4 · units, units]` and `[directions, 8 · units]`.
fn layer_weights(
    graph: &mut Graph,
    config: &LstmConfig,
    layer: usize,
) -> Result<[Value; 3], OnnxError> {
    let units = config.units;
    let directions: &[&str] = match config.bidirectional {
        true => &["forward", "backward"],
        false => &["forward"],
    };
    let prefix = format!("lstm.layers.{layer}");
    let mut width = 0;
    let (mut of_input, mut of_hidden, mut biases) = (Vec::new(), Vec::new(), Vec::new());
    for direction in directions {
        let mut take = |name: &str| graph.take(&format!("{prefix}.{direction}.{name}"));
        let input = take("input_weight")?;
        let hidden = take("hidden_weight")?;
        let bias = take("bias")?;
        width = input.shape[0];
        of_input.extend(gates(&transposed(&input.values, 4 * units)));
        of_hidden.extend(gates(&transposed(&hidden.values, 4 * units)));
        biases.extend(gates(&bias.values));
        // ONNX adds two biases. Ours is their sum.
        biases.extend(vec![0.0; 4 * units]);
    }
    let count = directions.len();
    Ok([
        graph.floats(
            &format!("{prefix}.input_weight"),
            &[count, 4 * units, width],
            &of_input,
        ),
        graph.floats(
            &format!("{prefix}.hidden_weight"),
            &[count, 4 * units, units],
            &of_hidden,
        ),
        graph.floats(&format!("{prefix}.bias"), &[count, 8 * units], &biases),
    ])
}

/// Reorder the gates from our order, which is PyTorch's (input, forget, cell, output), to ONNX's
/// (input, output, forget, cell).
fn gates(values: &[f32]) -> Vec<f32> {
    let gate = |number: usize| {
        let size = values.len() / 4;
        &values[number * size..(number + 1) * size]
    };
    [0, 3, 1, 2].into_iter().flat_map(gate).copied().collect()
}

/// Transpose a matrix: `[rows, columns]` → `[columns, rows]`.
fn transposed(values: &[f32], columns: usize) -> Vec<f32> {
    (0..columns)
        .flat_map(|column| values.iter().skip(column).step_by(columns))
        .copied()
        .collect()
}
