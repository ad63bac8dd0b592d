//! The result for a recording, as it is described to clients.

use serde::Serialize;
use undertone_answer::{
    Adapted, Answer, Answers, Influence, Part, RecordingFacts, Segmentation, three_digits,
};
use undertone_audio::Warning;
use undertone_corpus::LabelScheme;

use crate::recognizer::{Recognition, Voice, Window};
use crate::visualization::{Span, Visualization};
use crate::warnings::warnings;

/// The optional parts of an analysis, and its classes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Include {
    pub(crate) timeline: bool,
    pub(crate) visualization: bool,
    /// Whether to explain the answer for a recording that is read as a whole.
    pub(crate) why: bool,
    /// The scheme of the classes to answer with, if not the model's own.
    pub(crate) scheme: Option<LabelScheme>,
}

/// The answer for one recording, with what the server adds.
#[derive(Debug, Serialize)]
pub(crate) struct Analysis {
    #[serde(flatten)]
    pub(crate) answer: Answer,
    /// What is known of the voice after this recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) voice: Option<Voice>,
    #[serde(rename = "picture", skip_serializing_if = "Option::is_none")]
    visualization: Option<Visualization>,
    milliseconds: Milliseconds,
}

/// Return how much of a voice was heard.
pub(crate) fn heard_of(voice: Option<&Voice>) -> Adapted {
    voice.map_or_else(Adapted::default, |voice| {
        Adapted::new(voice.recordings(), voice.seconds())
    })
}

/// How long the analysis took.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Milliseconds {
    pub(crate) decode: f64,
    /// Includes the wait for a worker.
    pub(crate) model: f64,
}

/// A recording after the model has read it.
#[derive(Debug)]
pub(crate) struct Recognized {
    pub(crate) recognition: Recognition,
    pub(crate) influences: Option<Vec<Influence>>,
    pub(crate) name: Option<String>,
    pub(crate) seconds: f64,
    pub(crate) sample_rate: u32,
    pub(crate) channels: usize,
    pub(crate) of_samples: Vec<Warning>,
    pub(crate) visualization: Option<Visualization>,
    pub(crate) milliseconds: Milliseconds,
}

/// Describe the result for clients, with the answers of the model.
pub(crate) fn describe(recognized: Recognized, answers: &Answers, include: &Include) -> Analysis {
    let in_scheme = include.scheme.as_ref();
    let in_scheme = in_scheme.and_then(|scheme| answers.in_scheme(scheme));
    let answers = in_scheme.as_ref().unwrap_or(answers);
    let Recognized {
        recognition,
        mut visualization,
        ..
    } = recognized;
    if let Some(visualization) = &mut visualization {
        visualization.speech = Some(read_span(&recognition));
    }
    let facts = RecordingFacts {
        seconds: recognized.seconds,
        sample_rate: recognized.sample_rate,
        channels: recognized.channels,
        warnings: warnings(&recognized.of_samples, &recognition),
    };
    let mut answer = answers.answer(facts, recognition.spoken());
    answer.path = recognized.name;
    answer.influences = recognized.influences;
    let is_long = recognition.segmentation != Segmentation::Windows;
    if include.timeline || is_long {
        let windows = recognition.windows.iter();
        let segments = windows.map(|window| segment(window, answers)).collect();
        answer.add_segments(recognition.segmentation, segments);
    }
    Analysis {
        answer,
        voice: None,
        visualization,
        milliseconds: recognized.milliseconds,
    }
}

fn segment(window: &Window, answers: &Answers) -> undertone_answer::Segment {
    answers.segment(Part {
        start: window.start,
        end: window.end,
        probabilities: window.speech.then_some(&window.probabilities[..]),
        ..Part::default()
    })
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
