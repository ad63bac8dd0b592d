//! The features of windows. It must compute the same as `undertone_audio::FrontEnd::features`.

use std::f32::consts::LN_10;

use undertone_audio::{
    DbConfig, Extractor, FrontEndConfig, FrontEndError, InputKind, MelSpectrogram, Mfcc, Normalize,
    WhisperLogMel,
};

use super::graph::{Graph, Value, int};
use super::proto::DataType;
use super::spectrum::{Edge, Framing, mel_spectrogram};

/// The variance that `zero_mean_unit_variance` adds.
const SMALLEST_VARIANCE: f32 = 1e-7;

/// Add the features: `[windows, samples]` → `[windows, bands, frames]`, normalized by their own
/// mean and deviation if the model does so.
pub(super) fn features(
    graph: &mut Graph,
    config: &FrontEndConfig,
    windows: &Value,
) -> Result<Value, FrontEndError> {
    let features = match config.inputs[..] {
        [InputKind::Waveform] => graph.unsqueeze(windows, 1),
        [InputKind::WhisperLogMel] => whisper_log_mel(graph, config.n_mels, windows)?,
        _ => stacked(graph, config, windows)?,
    };
    if config.normalize != Normalize::Utterance {
        return Ok(features);
    }
    let mean = graph.reduce("ReduceMean", &features, &[1, 2]);
    let centered = graph.op("Sub", &[&features, &mean]);
    let variance = graph.mean_square(&centered, &[1, 2]);
    let variance = graph.with_scalar("Add", &variance, SMALLEST_VARIANCE);
    let deviation = graph.op("Sqrt", &[&variance]);
    Ok(graph.op("Div", &[&centered, &deviation]))
}

fn whisper_log_mel(
    graph: &mut Graph,
    n_mels: usize,
    windows: &Value,
) -> Result<Value, FrontEndError> {
    let samples = graph.size(windows, 1);
    let frames = graph.with_integer("Div", &samples, WhisperLogMel::HOP_LENGTH as i64);
    let framing = Framing {
        n_fft: WhisperLogMel::N_FFT,
        hop_length: WhisperLogMel::HOP_LENGTH,
        edge: Edge::Reflected,
    };
    let filters = WhisperLogMel::new(n_mels)?.filters();
    let power = mel_spectrogram(graph, framing, &filters, windows, &frames);
    let decibels = decibels(graph, &power);
    let tenths = graph.with_scalar("Div", &decibels, 10.0);
    let shifted = graph.with_scalar("Add", &tenths, 4.0);
    Ok(graph.with_scalar("Div", &shifted, 4.0))
}

/// Add mel spectrograms, MFCCs and deltas, stacked over bands.
fn stacked(
    graph: &mut Graph,
    config: &FrontEndConfig,
    windows: &Value,
) -> Result<Value, FrontEndError> {
    let framing = Framing {
        n_fft: config.n_fft,
        hop_length: config.hop_length,
        edge: Edge::Zeros,
    };
    let samples = graph.size(windows, 1);
    // An odd frame is padded with one sample less than it has.
    let room = graph.with_integer("Sub", &samples, (config.n_fft % 2) as i64);
    let hops = graph.with_integer("Div", &room, config.hop_length as i64);
    let frames = graph.with_integer("Add", &hops, 1);
    let filters = MelSpectrogram::new(&config.mel())?.filters();
    let power = mel_spectrogram(graph, framing, &filters, windows, &frames);
    let decibels = decibels(graph, &power);
    let is_mfcc = |input: &InputKind| matches!(input, InputKind::Mfcc | InputKind::MfccDelta);
    let mfcc = match config.inputs.iter().any(is_mfcc) {
        true => mfcc(graph, config, &decibels)?,
        // Nothing reads them.
        false => decibels.clone(),
    };
    let mut parts = Vec::new();
    for input in &config.inputs {
        parts.push(match input {
            InputKind::Mel => power.clone(),
            InputKind::LogMel => decibels.clone(),
            InputKind::Mfcc => mfcc.clone(),
            InputKind::MfccDelta => delta(graph, config.n_mfcc, &mfcc, &frames),
            InputKind::Waveform | InputKind::WhisperLogMel => {
                let input = "waveform or whisper-log-mel";
                return Err(FrontEndError::NotAlone { input });
            }
        });
    }
    Ok(graph.concat(&parts.iter().collect::<Vec<_>>(), 1))
}

/// Convert power to decibels, `power_to_db` with its defaults: at most 80 dB below each window's
/// peak.
fn decibels(graph: &mut Graph, power: &Value) -> Value {
    let config = DbConfig::default();
    let power = graph.with_scalar("Max", power, config.amin);
    let log = graph.op("Log", &[&power]);
    let decibels = graph.with_scalar("Mul", &log, 10.0 / LN_10);
    let Some(top_db) = config.top_db else {
        return decibels;
    };
    let peak = graph.reduce("ReduceMax", &decibels, &[1, 2]);
    let floor = graph.with_scalar("Sub", &peak, top_db);
    graph.op("Max", &[&decibels, &floor])
}

fn mfcc(
    graph: &mut Graph,
    config: &FrontEndConfig,
    decibels: &Value,
) -> Result<Value, FrontEndError> {
    let basis = Mfcc::new(config.n_mfcc, config.n_mels)?.basis();
    let shape = [basis.bands, basis.frames];
    let basis = graph.floats("front_end.mfcc_basis", &shape, &basis.values);
    Ok(graph.op("MatMul", &[&basis, decibels]))
}

/// Add the slopes of `rows` rows over time. Too few frames give zeros.
fn delta(graph: &mut Graph, rows: usize, values: &Value, frames: &Value) -> Value {
    let width = Extractor::DELTA_WIDTH as i64;
    let half = width / 2;
    let missing = graph.integer(width);
    let missing = graph.op("Sub", &[&missing, frames]);
    let missing = graph.with_integer("Max", &missing, 0);
    let none = graph.integers(&[0; 5]);
    let pads = graph.concat(&[&none, &missing], 0);
    let padded = graph.pad(values, &pads, "constant");
    let norm: i64 = (1..=half).map(|k| 2 * k * k).sum();
    let weights: Vec<f32> = (0..rows as i64)
        .flat_map(|_| (-half..=half).map(|k| (k as f64 / norm as f64) as f32))
        .collect();
    let shape = [rows, 1, Extractor::DELTA_WIDTH];
    let weights = graph.floats("front_end.delta_weights", &shape, &weights);
    let groups = vec![int("group", rows as i64)];
    let slopes = graph.op_with("Conv", &[&padded, &weights], groups);
    // The frames at the ends have the slope of the outermost full window.
    let pads = graph.integers(&[0, 0, half, 0, 0, half]);
    let slopes = graph.pad(&slopes, &pads, "edge");
    let start = graph.integers(&[0]);
    let slopes = graph.slice(&slopes, 2, &start, frames);
    let enough = graph.with_integer("GreaterOrEqual", frames, width);
    let enough = graph.cast(&enough, DataType::Float);
    graph.op("Mul", &[&slopes, &enough])
}
