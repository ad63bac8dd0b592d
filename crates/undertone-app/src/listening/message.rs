//! The message about one window.

use serde::Serialize;
use undertone_answer::{Answer, RecordingFacts, three_digits};

use super::listener::HeardWindow;
use crate::problem::{Kind, Problem};
use crate::recognizer::{ModelDescription, Recognition};
use crate::warnings::warnings;

/// Audio below this level is silent, in decibels below full scale.
const SILENCE_DB: f64 = -70.0;

/// The result for a window, adapted to the voice.
pub(crate) struct WindowResult<'a> {
    pub(crate) window: &'a HeardWindow,
    pub(crate) recognition: Recognition,
    /// How long the model took.
    pub(crate) milliseconds: f64,
    /// Seconds of speech that the voice has said so far.
    pub(crate) heard_seconds: f64,
    /// Seconds of speech that the result is adapted to.
    pub(crate) adapted_seconds: f64,
}

/// The answer for a window, with what a live connection adds.
#[derive(Debug, Serialize)]
struct LiveAnalysis {
    received: u64,
    #[serde(flatten)]
    answer: Answer,
    level_db: f64,
    silent: bool,
    speaking: bool,
    heard_seconds: f64,
    adapted_seconds: f64,
    milliseconds: f64,
}

/// Return the message about a result, as JSON.
pub(crate) fn message(
    description: &ModelDescription,
    result: &WindowResult<'_>,
) -> Result<String, Problem> {
    let recognition = &result.recognition;
    let facts = RecordingFacts {
        seconds: result.window.seconds,
        sample_rate: result.window.sample_rate,
        channels: 1,
        warnings: warnings(&result.window.of_samples, recognition),
    };
    let analysis = LiveAnalysis {
        received: result.window.received,
        answer: description.answers.answer(facts, recognition.spoken()),
        level_db: three_digits(result.window.level_db),
        silent: result.window.level_db < SILENCE_DB,
        speaking: recognition.speech && result.window.speaking,
        heard_seconds: three_digits(result.heard_seconds),
        adapted_seconds: three_digits(result.adapted_seconds),
        milliseconds: three_digits(result.milliseconds),
    };
    serde_json::to_string(&analysis)
        .map_err(|error| Problem::new(Kind::Internal, error.to_string()))
}
