//! From the bytes of a recording to an answer.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use serde::Serialize;

use crate::app::Shared;
use crate::decoding::Decoded;
use crate::picture::{Picture, Span};
use crate::problem::Problem;
use crate::recognizer::{Recognition, Window};
use undertone_metrics::argmax;

/// Less speech than this, in seconds, says little.
const SHORT_SECONDS: f64 = 0.5;

/// What a client wants to know.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wanted {
    pub(crate) timeline: bool,
    pub(crate) picture: bool,
}

/// Something odd about a recording that still got an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Warning {
    Quiet,
    Clipped,
    Short,
}

/// What is answered about one recording.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    pub(crate) name: Option<String>,
    pub(crate) label: String,
    pub(crate) confidence: f32,
    pub(crate) probabilities: Vec<LabelProbability>,
    pub(crate) seconds: f64,
    sample_rate: u32,
    channels: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    windows: Option<Vec<WindowAnswer>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<Picture>,
    warnings: Vec<Warning>,
    milliseconds: Milliseconds,
}

#[derive(Debug, Serialize)]
pub(crate) struct LabelProbability {
    pub(crate) label: String,
    pub(crate) probability: f32,
}

#[derive(Debug, Serialize)]
struct WindowAnswer {
    start: f64,
    end: f64,
    label: String,
    probabilities: Vec<f32>,
}

/// How long it took.
#[derive(Debug, Serialize)]
struct Milliseconds {
    decode: f64,
    /// Waiting for a worker included.
    model: f64,
}

/// Decodes a recording and asks the model about it. Its caller holds a
/// [`Slot`](crate::inference::Slot).
pub(crate) async fn analyze(
    app: &Shared,
    bytes: Bytes,
    name: Option<String>,
    wanted: Wanted,
) -> Result<Answer, Problem> {
    let labels = Arc::clone(&app.model()?.labels);
    let started = Instant::now();
    let decoded = app.decoding.decode(bytes, wanted.picture).await?;
    let decode = milliseconds_since(started);
    let Decoded {
        recording,
        mut warnings,
        mut picture,
        taken,
    } = decoded;
    let (seconds, sample_rate, channels) = (
        recording.duration(),
        recording.sample_rate,
        recording.channels,
    );
    let started = Instant::now();
    let recognition = app.inference.recognize(recording, Some(taken)).await?;
    let model = milliseconds_since(started);
    app.metrics.audio.inc_by(seconds);

    let speech = speech(&recognition);
    if speech.end - speech.start < SHORT_SECONDS {
        warnings.push(Warning::Short);
    }
    if let Some(picture) = &mut picture {
        picture.speech = Some(speech);
    }
    let best = argmax(&recognition.probabilities);
    let window_answer = |window: Window| WindowAnswer {
        start: three_digits(window.start),
        end: three_digits(window.end),
        label: labels[argmax(&window.probabilities)].clone(),
        probabilities: window.probabilities,
    };
    Ok(Answer {
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
        windows: wanted
            .timeline
            .then(|| recognition.windows.into_iter().map(window_answer).collect()),
        picture,
        warnings,
        milliseconds: Milliseconds { decode, model },
    })
}

/// What the model read: from its first window's start to its last one's end.
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

pub(crate) fn three_digits(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
