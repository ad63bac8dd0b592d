//! The server's message about one window.

use std::time::Duration;

use axum::extract::ws::Message;
use serde::Serialize;
use undertone_audio::Warning;
use undertone_metrics::argmax;

use crate::analysis::three_digits;
use crate::classes::{Classes, is_sure};
use crate::problem::{Kind, Problem};
use crate::recognizer::{ModelDescription, Recognition};
use crate::warnings::warnings;

/// Audio below this level is silent, in decibels below full scale.
const SILENCE_DB: f64 = -70.0;

/// The result for a window, adapted to the voice.
pub(super) struct WindowResult<'a> {
    pub(super) recognition: Recognition,
    /// Samples that had been received when the window was taken.
    pub(super) received: u64,
    /// Level of the samples since the last message, in decibels below full scale.
    pub(super) level_db: f64,
    pub(super) of_samples: &'a [Warning],
    pub(super) elapsed: Duration,
    /// Seconds of speech that the voice has said so far.
    pub(super) heard_seconds: f64,
    /// Seconds of speech that the result is adapted to.
    pub(super) adapted_seconds: f64,
}

/// The message. Without speech, there is no label, and no probability.
#[derive(Debug, Serialize)]
struct LiveAnalysis<'a> {
    received: u64,
    label: Option<&'a str>,
    confidence: Option<f32>,
    probabilities: Option<&'a [f32]>,
    /// Absent if the model has no coarse classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    sums: Option<Option<Vec<f32>>>,
    sure: bool,
    speech: bool,
    level_db: f64,
    silent: bool,
    heard_seconds: f64,
    adapted_seconds: f64,
    warnings: Vec<Warning>,
    milliseconds: f64,
}

/// Return the message about a result.
pub(super) fn message(
    description: &ModelDescription,
    result: &WindowResult<'_>,
) -> Result<Message, Problem> {
    let recognition = &result.recognition;
    let speech = recognition.speech;
    let probabilities = speech.then_some(recognition.probabilities.as_slice());
    let best = probabilities.map(argmax);
    let of_sums = |values| Classes::Sums.probabilities(description, values);
    let analysis = LiveAnalysis {
        received: result.received,
        label: best.and_then(|best| description.labels.get(best).map(String::as_str)),
        confidence: best.and_then(|best| recognition.probabilities.get(best).copied()),
        probabilities,
        sums: (!description.sums.is_empty()).then(|| probabilities.map(of_sums)),
        sure: speech && is_sure(description, &recognition.probabilities),
        speech,
        level_db: three_digits(result.level_db),
        silent: result.level_db < SILENCE_DB,
        heard_seconds: three_digits(result.heard_seconds),
        adapted_seconds: three_digits(result.adapted_seconds),
        warnings: warnings(result.of_samples, recognition),
        milliseconds: three_digits(result.elapsed.as_secs_f64() * 1000.0),
    };
    let text = serde_json::to_string(&analysis)
        .map_err(|error| Problem::new(Kind::Internal, error.to_string()))?;
    Ok(Message::Text(text.into()))
}
