//! From a recording to the samples that the windows are cut from: trim and level. It must compute
//! the same as `undertone_audio::FrontEnd::prepare` behind its resampler.

use std::f32::consts::LN_10;

use undertone_audio::{FrontEnd, FrontEndConfig, TrimConfig};

use super::graph::{Graph, Value, int, ints};
use super::proto::DataType;

/// `trim` counts powers below this as this.
const SMALLEST_POWER: f32 = 1e-10;

/// A recording without the silence around it, at the model's level.
pub(super) struct Prepared {
    /// `[samples]`.
    pub(super) samples: Value,
    /// The number of samples that were cut at the start, `[1]`, int64.
    pub(super) start: Value,
}

/// Add the steps behind the resampler; `samples` is `[samples]`.
pub(super) fn prepared(graph: &mut Graph, config: &FrontEndConfig, samples: &Value) -> Prepared {
    let mut prepared = match &config.trim {
        Some(trim) => trimmed(graph, trim, samples),
        None => Prepared {
            samples: samples.clone(),
            start: graph.integers(&[0]),
        },
    };
    if let Some(level) = config.level {
        prepared.samples = leveled(graph, level, &prepared.samples);
    }
    prepared
}

/// Cut off the frames at both ends that are quieter than the loudest frame by `top_db`.
fn trimmed(graph: &mut Graph, config: &TrimConfig, samples: &Value) -> Prepared {
    let hop = config.hop_length as i64;
    let squares = graph.op("Mul", &[samples, samples]);
    let squares = graph.reshape(&squares, &[1, 1, -1]);
    let half = (config.frame_length / 2) as i64;
    let options = vec![
        ints("kernel_shape", &[config.frame_length as i64]),
        ints("strides", &[hop]),
        ints("pads", &[half, half]),
        int("count_include_pad", 1),
    ];
    let powers = graph.op_with("AveragePool", &[&squares], options);
    let powers = graph.reshape(&powers, &[-1]);
    let powers = graph.with_scalar("Max", &powers, SMALLEST_POWER);
    let levels = graph.op("Log", &[&powers]);
    let levels = graph.with_scalar("Mul", &levels, 10.0 / LN_10);
    let loudest = graph.reduce("ReduceMax", &levels, &[0]);
    let levels = graph.op("Sub", &[&levels, &loudest]);
    let loud = graph.with_scalar("Greater", &levels, -config.top_db);
    let loud = graph.cast(&loud, DataType::Float);
    // Of equal values the first or the last. So nothing is cut if no frame is loud.
    let [first, last] =
        [0, 1].map(|last| graph.op_with("ArgMax", &[&loud], vec![int("select_last_index", last)]));
    let start = graph.with_integer("Mul", &first, hop);
    let end = graph.with_integer("Add", &last, 1);
    let end = graph.with_integer("Mul", &end, hop);
    Prepared {
        samples: graph.slice(samples, 0, &start, &end),
        start,
    }
}

/// Scale samples to a root mean square of `level` dB relative to full scale.
fn leveled(graph: &mut Graph, level: f32, samples: &Value) -> Value {
    let power = graph.mean_square(samples, &[0]);
    let found = graph.op("Sqrt", &[&power]);
    let wanted = graph.scalar(10f64.powf(f64::from(level) / 20.0) as f32);
    // Of silence it is infinite, and then the largest gain.
    let gain = graph.op("Div", &[&wanted, &found]);
    let gain = graph.with_scalar("Min", &gain, FrontEnd::LARGEST_GAIN as f32);
    graph.op("Mul", &[samples, &gain])
}
