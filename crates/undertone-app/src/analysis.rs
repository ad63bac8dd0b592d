//! Analyze a recording: decode it, run the model on it, and describe the result for clients.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use serde::Serialize;
use undertone_audio::Warning;
use undertone_metrics::argmax;

use crate::classes::{Classes, is_sure};
use crate::decoding::{Decoded, Decoder};
use crate::inference::{Inference, Slot};
use crate::problem::Problem;
use crate::prometheus::Metrics;
use crate::recognizer::{ModelDescription, Recognition, Voice, Window};
use crate::served_model::ServedModel;
use crate::visualization::{Span, Visualization};
use crate::warnings::warnings;

/// The optional parts of an analysis, and its classes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Include {
    pub(crate) timeline: bool,
    pub(crate) visualization: bool,
    pub(crate) classes: Classes,
}

/// The result for one recording, as clients get it. Without speech, there is no label, and no
/// probability.
#[derive(Debug, Serialize)]
pub(crate) struct Analysis {
    name: Option<String>,
    pub(crate) label: Option<String>,
    confidence: Option<f32>,
    pub(crate) probabilities: Option<Vec<LabelProbability>>,
    /// Absent if the model has no coarse classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    sums: Option<Option<Vec<LabelProbability>>>,
    sure: bool,
    speech: bool,
    /// What the result is adapted to, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) adapted: Option<Heard>,
    /// What is known of the voice after this recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) voice: Option<Voice>,
    seconds: f64,
    sample_rate: u32,
    channels: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    windows: Option<Vec<WindowAnalysis>>,
    #[serde(rename = "picture", skip_serializing_if = "Option::is_none")]
    visualization: Option<Visualization>,
    pub(crate) warnings: Vec<Warning>,
    milliseconds: Milliseconds,
}

#[derive(Debug, Serialize)]
pub(crate) struct LabelProbability {
    pub(crate) label: String,
    pub(crate) probability: f32,
}

/// How much of a voice was heard.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Heard {
    recordings: u64,
    seconds: f64,
}

impl Heard {
    pub(crate) fn of(voice: Option<&Voice>) -> Self {
        voice.map_or_else(Self::default, |voice| Self {
            recordings: voice.recordings(),
            seconds: three_digits(voice.seconds()),
        })
    }
}

#[derive(Debug, Serialize)]
struct WindowAnalysis {
    start: f64,
    end: f64,
    label: Option<String>,
    probabilities: Option<Vec<f32>>,
    speech: bool,
}

/// How long the analysis took.
#[derive(Debug, Clone, Copy, Serialize)]
struct Milliseconds {
    decode: f64,
    /// Includes the wait for a worker.
    model: f64,
}

/// A recording after the model has read it.
#[derive(Debug)]
pub(crate) struct Recognized {
    pub(crate) recognition: Recognition,
    name: Option<String>,
    seconds: f64,
    sample_rate: u32,
    channels: usize,
    of_samples: Vec<Warning>,
    visualization: Option<Visualization>,
    milliseconds: Milliseconds,
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

    /// Decode a recording and run the model on it. The caller holds a [`Slot`].
    pub(crate) async fn recognize(
        &self,
        client: IpAddr,
        bytes: Bytes,
        name: Option<String>,
        include: Include,
    ) -> Result<Recognized, Problem> {
        let started = Instant::now();
        let decoding = self.decoder.decode(client, bytes, include.visualization);
        let decoded = decoding.await?;
        let decode = milliseconds_since(started);
        let Decoded {
            recording,
            warnings: of_samples,
            visualization,
            memory,
        } = decoded;
        let (seconds, sample_rate, channels) = (
            recording.duration(),
            recording.sample_rate,
            recording.channels,
        );
        let started = Instant::now();
        let recognition = if of_samples.contains(&Warning::Silent) {
            Recognition::without_speech()
        } else {
            let recognizing = self.inference.recognize(client, recording, Some(memory));
            recognizing.await?
        };
        let model = milliseconds_since(started);
        self.metrics.audio.inc_by(seconds);
        Ok(Recognized {
            recognition,
            name,
            seconds,
            sample_rate,
            channels,
            of_samples,
            visualization,
            milliseconds: Milliseconds { decode, model },
        })
    }

    /// Describe the result for clients.
    pub(crate) fn describe(
        &self,
        recognized: Recognized,
        include: Include,
    ) -> Result<Analysis, Problem> {
        let description = &self.model.get()?.description;
        let Recognized {
            recognition,
            mut visualization,
            ..
        } = recognized;
        if let Some(visualization) = &mut visualization {
            visualization.speech = Some(read_span(&recognition));
        }
        let warnings = warnings(&recognized.of_samples, &recognition);
        let speech = recognition.speech;
        let of = |classes: Classes| {
            let read = speech.then_some(recognition.probabilities.as_slice());
            read.map(|probabilities| labeled(classes, description, probabilities))
        };
        let probabilities = of(include.classes);
        let best = probabilities.as_ref().and_then(|all| {
            let values: Vec<f32> = all.iter().map(|it| it.probability).collect();
            all.get(argmax(&values))
        });
        Ok(Analysis {
            name: recognized.name,
            label: best.map(|best| best.label.clone()),
            confidence: best.map(|best| best.probability),
            sums: (!description.sums.is_empty()).then(|| of(Classes::Sums)),
            sure: speech && is_sure(description, &recognition.probabilities),
            speech,
            adapted: None,
            voice: None,
            probabilities,
            seconds: three_digits(recognized.seconds),
            sample_rate: recognized.sample_rate,
            channels: recognized.channels,
            windows: include.timeline.then(|| {
                let windows = recognition.windows.iter();
                let analysis = |window| window_analysis(window, include.classes, description);
                windows.map(analysis).collect()
            }),
            visualization,
            warnings,
            milliseconds: recognized.milliseconds,
        })
    }
}

fn labeled(
    classes: Classes,
    description: &ModelDescription,
    probabilities: &[f32],
) -> Vec<LabelProbability> {
    let labels = classes.labels(description).into_iter();
    labels
        .zip(classes.probabilities(description, probabilities))
        .map(|(label, probability)| LabelProbability {
            label: label.to_owned(),
            probability,
        })
        .collect()
}

fn window_analysis(
    window: &Window,
    classes: Classes,
    description: &ModelDescription,
) -> WindowAnalysis {
    let probabilities = window
        .speech
        .then(|| classes.probabilities(description, &window.probabilities));
    let label = probabilities.as_ref().and_then(|values| {
        let labels = classes.labels(description);
        labels.get(argmax(values)).map(|label| (*label).to_owned())
    });
    WindowAnalysis {
        start: three_digits(window.start),
        end: three_digits(window.end),
        label,
        probabilities,
        speech: window.speech,
    }
}

/// Return the part that the model read: from the start of its first window to the end of its last.
fn read_span(recognition: &Recognition) -> Span {
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
