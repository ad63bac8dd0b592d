//! The windows of a recording, and the mean over their predictions.

use undertone_audio::FrontEnd;
use undertone_models::OVERLAP;

use super::graph::{Graph, Value, int};
use super::proto::DataType;
use super::recording::Prepared;

/// A recording in windows.
pub(super) struct Windows {
    /// `[windows, samples]`. Padded with zeros if the recording is shorter than a window.
    pub(super) samples: Value,
    /// Start and end of each window in the recording, in seconds, `[windows, 2]`.
    pub(super) times: Value,
}

/// Cut a recording into windows that overlap. The last window ends with the recording.
pub(super) fn windows(graph: &mut Graph, front_end: &FrontEnd, prepared: &Prepared) -> Windows {
    let window = front_end.window_samples();
    let config = front_end.config();
    let shortest = match config.pad {
        true => window,
        false => FrontEnd::SHORTEST.min(window),
    };
    let hop = front_end
        .windows(3 * window, OVERLAP)
        .get(1)
        .map_or(window, |next| next.start);

    let count = graph.size(&prepared.samples, 0);
    let length = graph.with_integer("Max", &count, shortest as i64);
    let missing = graph.op("Sub", &[&length, &count]);
    let zero = graph.integers(&[0]);
    let pads = graph.concat(&[&zero, &missing], 0);
    let padded = graph.pad(&prepared.samples, &pads, "constant");

    let length = graph.with_integer("Min", &length, window as i64);
    let last = graph.with_integer("Sub", &count, window as i64);
    let last = graph.with_integer("Max", &last, 0);
    let starts = graph.range(&last, hop as i64);
    let starts = graph.concat(&[&starts, &last], 0);
    let starts = graph.unsqueeze(&starts, 1);
    let offsets = graph.range(&length, 1);
    let offsets = graph.unsqueeze(&offsets, 0);
    let places = graph.op("Add", &[&starts, &offsets]);
    let samples = graph.op_with("Gather", &[&padded, &places], vec![int("axis", 0)]);

    let own = graph.with_integer("Min", &count, window as i64);
    let starts = graph.op("Add", &[&starts, &prepared.start]);
    let ends = graph.op("Add", &[&starts, &own]);
    let times = graph.concat(&[&starts, &ends], 1);
    let times = graph.cast(&times, DataType::Float);
    let times = graph.with_scalar("Div", &times, config.sample_rate as f32);
    Windows { samples, times }
}

/// Whether windows hold speech.
pub(super) struct Speech {
    /// `[windows]`, bool.
    pub(super) of_windows: Value,
    /// Whether any window does, a single bool.
    pub(super) of_recording: Value,
    /// The share of each window in the mean over those with speech, or over all if none has any,
    /// `[1, windows]`.
    shares: Value,
}

impl Speech {
    /// Add the judgement of the detector's scores, `[windows]`: speech from 0 on.
    pub(super) fn new(graph: &mut Graph, scores: &Value) -> Self {
        let of_windows = graph.with_scalar("GreaterOrEqual", scores, 0.0);
        let numbers = graph.cast(&of_windows, DataType::Float);
        let any = graph.reduce("ReduceMax", &numbers, &[0]);
        let none = graph.scalar(1.0);
        let none = graph.op("Sub", &[&none, &any]);
        // Without any speech each window counts.
        let counts = graph.op("Add", &[&numbers, &none]);
        let counts = graph.unsqueeze(&counts, 0);
        let sum_axis = graph.integers(&[1]);
        let sum = graph.op("ReduceSum", &[&counts, &sum_axis]);
        let any = graph.cast(&any, DataType::Bool);
        let scalar = graph.integers(&[]);
        Self {
            of_recording: graph.op("Reshape", &[&any, &scalar]),
            shares: graph.op("Div", &[&counts, &sum]),
            of_windows,
        }
    }

    /// Add the mean over the windows that count, `[windows, labels]` → `[labels]`.
    pub(super) fn mean(&self, graph: &mut Graph, windows: &Value) -> Value {
        let mean = graph.op("MatMul", &[&self.shares, windows]);
        graph.reshape(&mean, &[-1])
    }
}
