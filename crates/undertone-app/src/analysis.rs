//! Analyze a recording: decode it, run the model on it, and describe the result for clients.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use serde::Serialize;
use undertone_metrics::argmax;

use crate::decoding::{Decoded, Decoder, Warning};
use crate::inference::{Inference, Slot};
use crate::problem::Problem;
use crate::prometheus::Metrics;
use crate::recognizer::{Recognition, Window};
use crate::served_model::ServedModel;
use crate::visualization::{Span, Visualization};

/// A recording with less speech than this, in seconds, gets a warning.
const SHORT_SECONDS: f64 = 0.5;

/// The optional parts of an analysis.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Include {
    pub(crate) timeline: bool,
    pub(crate) visualization: bool,
}

/// The result for one recording, as clients get it.
#[derive(Debug, Serialize)]
pub(crate) struct Analysis {
    name: Option<String>,
    pub(crate) label: String,
    confidence: f32,
    pub(crate) probabilities: Vec<LabelProbability>,
    seconds: f64,
    sample_rate: u32,
    channels: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    windows: Option<Vec<WindowAnalysis>>,
    #[serde(rename = "picture", skip_serializing_if = "Option::is_none")]
    visualization: Option<Visualization>,
    warnings: Vec<Warning>,
    milliseconds: Milliseconds,
}

#[derive(Debug, Serialize)]
pub(crate) struct LabelProbability {
    pub(crate) label: String,
    pub(crate) probability: f32,
}

#[derive(Debug, Serialize)]
struct WindowAnalysis {
    start: f64,
    end: f64,
    label: String,
    probabilities: Vec<f32>,
}

/// How long the analysis took.
#[derive(Debug, Serialize)]
struct Milliseconds {
    decode: f64,
    /// Includes the wait for a worker.
    model: f64,
}

/// Analyzes recordings.
#[derive(Debug)]
pub(crate) struct Analyzer {
    pub(crate) model: Arc<ServedModel>,
    pub(crate) decoder: Decoder,
    pub(crate) inference: Arc<Inference>,
    pub(crate) metrics: Arc<Metrics>,
}

impl Analyzer {
    /// Return a place in the model's queue, or an error if the server accepts no more work.
    pub(crate) fn admit(&self, client: IpAddr) -> Result<Slot, Problem> {
        self.model.check_ready()?;
        self.inference.admit(client)
    }

    /// Analyze a recording. The caller holds a [`Slot`].
    pub(crate) async fn analyze(
        &self,
        client: IpAddr,
        bytes: Bytes,
        name: Option<String>,
        include: Include,
    ) -> Result<Analysis, Problem> {
        let labels = &self.model.get()?.description.labels;
        let started = Instant::now();
        let decoding = self.decoder.decode(client, bytes, include.visualization);
        let decoded = decoding.await?;
        let decode = milliseconds_since(started);
        let Decoded {
            recording,
            mut warnings,
            mut visualization,
            memory,
        } = decoded;
        let (seconds, sample_rate, channels) = (
            recording.duration(),
            recording.sample_rate,
            recording.channels,
        );
        let started = Instant::now();
        let recognizing = self.inference.recognize(client, recording, Some(memory));
        let recognition = recognizing.await?;
        let model = milliseconds_since(started);
        self.metrics.audio.inc_by(seconds);

        let speech = speech(&recognition);
        if speech.end - speech.start < SHORT_SECONDS {
            warnings.push(Warning::Short);
        }
        if let Some(visualization) = &mut visualization {
            visualization.speech = Some(speech);
        }
        let best = argmax(&recognition.probabilities);
        let window_analysis = |window: Window| WindowAnalysis {
            start: three_digits(window.start),
            end: three_digits(window.end),
            label: labels[argmax(&window.probabilities)].clone(),
            probabilities: window.probabilities,
        };
        Ok(Analysis {
            name,
            label: labels[best].clone(),
            confidence: recognition.probabilities[best],
            probabilities: labels
                .iter()
                .zip(&recognition.probabilities)
                .map(|(label, probability)| LabelProbability {
                    label: label.clone(),
                    probability: *probability,
                })
                .collect(),
            seconds: three_digits(seconds),
            sample_rate,
            channels,
            windows: include.timeline.then(|| {
                let windows = recognition.windows.into_iter();
                windows.map(window_analysis).collect()
            }),
            visualization,
            warnings,
            milliseconds: Milliseconds { decode, model },
        })
    }
}

/// Return the part that the model read: from the start of its first window to the end of its last.
fn speech(recognition: &Recognition) -> Span {
    let first = recognition.windows.first();
    let last = recognition.windows.last();
    Span {
        start: three_digits(first.map_or(0.0, |window| window.start)),
        end: three_digits(last.map_or(0.0, |window| window.end)),
    }
}

fn milliseconds_since(started: Instant) -> f64 {
    three_digits(started.elapsed().as_secs_f64() * 1000.0)
}

/// Round to three digits after the point.
pub(crate) fn three_digits(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
