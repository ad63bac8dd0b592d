//! From the bytes of a recording to an answer.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use serde::Serialize;
use undertone_audio::{Recording, decode_bytes};

use crate::app::Shared;
use crate::picture::{Picture, Span};
use crate::problem::{Kind, Problem};
use crate::recognizer::{Recognition, Window, most_probable};

/// A recording whose samples are all below this (-80 dB) has no sound.
const SILENCE: f32 = 1e-4;
/// A recording whose level is below this (-50 dB) is hardly louder than a quiet room.
const QUIET_RMS: f32 = 3e-3;
/// Samples at full scale, as a share of all, from which on a recording counts as clipped.
const CLIPPED_SHARE: f64 = 1e-3;
/// Less speech than this, in seconds, says little.
const SHORT_SECONDS: f64 = 0.5;
/// Less sound than this, in seconds, says nothing.
const SHORTEST_SECONDS: f64 = 0.1;

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

/// A decoded recording and what was found out about it.
struct Decoded {
    recording: Recording,
    warnings: Vec<Warning>,
    picture: Option<Picture>,
}

/// Decodes a recording and asks the model about it. Its caller holds a
/// [`Slot`](crate::inference::Slot).
pub(crate) async fn analyse(
    app: &Shared,
    bytes: Bytes,
    name: Option<String>,
    wanted: Wanted,
) -> Result<Answer, Problem> {
    let labels = Arc::clone(&app.model()?.labels);
    let started = Instant::now();
    let decoded = decode(app, bytes, wanted.picture).await?;
    let decode = milliseconds_since(started);
    let Decoded {
        recording,
        mut warnings,
        mut picture,
    } = decoded;
    let (seconds, sample_rate, channels) = (
        recording.duration(),
        recording.sample_rate,
        recording.channels,
    );
    let mut held = app.memory.hold();
    held.add(size_of_val(recording.samples.as_slice()))?;
    let started = Instant::now();
    let recognition = app.inference.recognize(recording).await?;
    drop(held);
    let model = milliseconds_since(started);
    app.metrics.audio.inc_by(seconds);

    let speech = speech(&recognition);
    if speech.end - speech.start < SHORT_SECONDS {
        warnings.push(Warning::Short);
    }
    if let Some(picture) = &mut picture {
        picture.speech = Some(speech);
    }
    let best = most_probable(&recognition.probabilities);
    let window_answer = |window: Window| WindowAnswer {
        start: three_digits(window.start),
        end: three_digits(window.end),
        label: labels[most_probable(&window.probabilities)].clone(),
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

/// Decodes away from the threads that serve connections, on as many at once as there are
/// processors.
async fn decode(app: &Shared, bytes: Bytes, with_picture: bool) -> Result<Decoded, Problem> {
    let stopping = || Problem::new(Kind::Busy, "the server is stopping");
    let _permit = app.decoding.acquire().await.map_err(|_| stopping())?;
    let options = app.settings.limits.decoding();
    let decoding = tokio::task::spawn_blocking(move || {
        let recording = decode_bytes(bytes.into(), &options)?;
        let warnings = check(&recording)?;
        let picture = with_picture.then(|| Picture::of(&recording)).flatten();
        Ok(Decoded {
            recording,
            warnings,
            picture,
        })
    });
    decoding.await.unwrap_or_else(|error| {
        if error.is_panic() {
            tracing::error!("decoding panicked");
            Err(Problem::new(Kind::Internal, "decoding failed"))
        } else {
            Err(stopping())
        }
    })
}

/// Refuses recordings without sound, and notes what is odd about others.
fn check(recording: &Recording) -> Result<Vec<Warning>, Problem> {
    let samples = &recording.samples;
    if recording.duration() < SHORTEST_SECONDS {
        let detail = format!("the recording is shorter than {SHORTEST_SECONDS} s");
        return Err(Problem::new(Kind::TooShort, detail));
    }
    if samples.iter().all(|sample| sample.abs() < SILENCE) {
        return Err(Problem::new(Kind::Silent, "there is no sound in it"));
    }
    let mut warnings = Vec::new();
    let power = samples.iter().map(|it| f64::from(it * it)).sum::<f64>() / samples.len() as f64;
    if power.sqrt() < f64::from(QUIET_RMS) {
        warnings.push(Warning::Quiet);
    }
    let clipped = samples
        .iter()
        .filter(|sample| sample.abs() >= 0.999)
        .count();
    if clipped as f64 > CLIPPED_SHARE * samples.len() as f64 {
        warnings.push(Warning::Clipped);
    }
    Ok(warnings)
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
