//! The server's message about one window.

use std::time::Duration;

use axum::extract::ws::Message;
use serde::Serialize;
use undertone_answer::{Answer, RecordingFacts, three_digits};
use undertone_audio::Warning;

use crate::problem::{Kind, Problem};
use crate::recognizer::{ModelDescription, Recognition};
use crate::warnings::warnings;

/// Audio below this level is silent, in decibels below full scale.
const SILENCE_DB: f64 = -70.0;

/// The result for a window, adapted to the voice.
pub(super) struct WindowResult<'a> {
    pub(super) recognition: Recognition,
    /// Length of the window.
    pub(super) seconds: f64,
    /// Whether somebody speaks at its end.
    pub(super) speaking: bool,
    pub(super) sample_rate: u32,
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

/// Return the message about a result.
pub(super) fn message(
    description: &ModelDescription,
    result: &WindowResult<'_>,
) -> Result<Message, Problem> {
    let recognition = &result.recognition;
    let facts = RecordingFacts {
        seconds: result.seconds,
        sample_rate: result.sample_rate,
        channels: 1,
        warnings: warnings(result.of_samples, recognition),
    };
    let analysis = LiveAnalysis {
        received: result.received,
        answer: description.answers.answer(facts, recognition.spoken()),
        level_db: three_digits(result.level_db),
        silent: result.level_db < SILENCE_DB,
        speaking: recognition.speech && result.speaking,
        heard_seconds: three_digits(result.heard_seconds),
        adapted_seconds: three_digits(result.adapted_seconds),
        milliseconds: three_digits(result.elapsed.as_secs_f64() * 1000.0),
    };
    let text = serde_json::to_string(&analysis)
        .map_err(|error| Problem::new(Kind::Internal, error.to_string()))?;
    Ok(Message::Text(text.into()))
}
