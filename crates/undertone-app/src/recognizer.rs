//! The trait through which the server uses a model. The `undertone` binary implements it for
//! `undertone_models::Classifier`, so this crate compiles without a neural network.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;
use undertone_answer::{Answers, Influence, Segmentation};
use undertone_audio::{DecodeError, DecodeOptions, Recording, Scan, Source};

/// The longest recording that is read as a whole, in seconds.
pub const SHORT_SECONDS: f64 = Source::SHORT_SECONDS;

/// Recognizes the emotion in recordings.
///
/// All worker threads share one recognizer. The server catches a panic inside its methods: only the
/// recording that caused it fails.
pub trait Recognizer: Send + Sync + 'static {
    /// Describe the model. The server calls this once, after loading.
    fn description(&self) -> ModelDescription;

    /// Return one result per recording, in the order of the recordings.
    ///
    /// Recordings that wait at the same time come as a batch, since networks are faster on batches.
    /// A recording that cannot be used is an error of its own and does not affect the others.
    fn recognize(&self, recordings: &[Recording]) -> Vec<Result<Recognition, RecognizeError>>;

    /// Return the result for a recording of any length, whose windows are its utterances, in
    /// bounded memory. The server calls this for recordings longer than [`SHORT_SECONDS`].
    /// `progress` may stop the work.
    ///
    /// # Errors
    /// If the recording cannot be used, or `progress` stops the work; also without this method.
    fn recognize_long(
        &self,
        source: &Source,
        options: &DecodeOptions,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<LongRecognition, RecognizeError> {
        let _ = (source, options, progress);
        Err(RecognizeError::Unusable(format!(
            "this model reads recordings of at most {SHORT_SECONDS} s"
        )))
    }

    /// Return what each half second of a recording of at most [`SHORT_SECONDS`] does to the answer.
    ///
    /// # Errors
    /// If the model cannot tell, as without this method.
    fn explain(&self, recording: &Recording) -> Result<Vec<Influence>, RecognizeError> {
        let _ = recording;
        Err(RecognizeError::Unusable(
            "this model does not explain its answers".to_owned(),
        ))
    }

    /// Return what is known of a voice after one more recording of it, or of a new voice after its
    /// first. `None` means that the model does not adapt to voices, as without this method.
    fn hear(&self, voice: Option<Voice>, recognition: &Recognition) -> Option<Voice> {
        let _ = (voice, recognition);
        None
    }

    /// Return a result as it is for this voice. This runs no network.
    ///
    /// # Errors
    /// [`RecognizeError::Unusable`] if this is no voice of this model, as without this method.
    fn adapted(
        &self,
        recognition: &Recognition,
        voice: &Voice,
    ) -> Result<Recognition, RecognizeError> {
        let _ = (recognition, voice);
        Err(RecognizeError::Unusable(
            "this model does not adapt to voices".to_owned(),
        ))
    }
}

/// A model as the page and the interfaces describe it.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelDescription {
    /// What turns probabilities into answers: the name and the version of the model, its classes in
    /// the order of the probabilities, their sums, and from which probability an answer is sure.
    pub answers: Answers,
    /// Length of the network's input window in seconds.
    pub window_seconds: f64,
    /// Sample rate of the network's input in Hz.
    pub sample_rate: u32,
    /// The model card as Markdown, with or without front matter.
    pub card: Option<String>,
    /// Whether [`Recognizer::hear`] and [`Recognizer::adapted`] work.
    pub adapts: bool,
    /// The voice that every request and every live connection starts from, unless the client sends
    /// one or turns adaptation off.
    pub voice: Option<Voice>,
}

/// The model's result for one recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognition {
    /// Probability of each class, in the order of the labels. The sum is 1. Nobody reads them
    /// without `speech`.
    pub probabilities: Vec<f32>,
    /// The windows that the model read, in order of time; at least one with `speech`.
    pub windows: Vec<Window>,
    /// The kind of the windows.
    pub segmentation: Segmentation,
    /// Whether any window holds speech. If not, the server names no emotion.
    pub speech: bool,
    /// Whether the recording is unlike all that the model has learned from.
    pub unfamiliar: bool,
    /// What the recording tells about the voice, if the model adapts to voices.
    pub evidence: Option<Evidence>,
}

impl Recognition {
    /// Return the probabilities, unless there is no speech.
    pub(crate) fn spoken(&self) -> Option<&[f32]> {
        self.speech.then_some(&self.probabilities[..])
    }

    /// Return the result for a recording that holds no speech and that the model need not read.
    pub(crate) fn without_speech() -> Self {
        Self {
            probabilities: Vec::new(),
            windows: Vec::new(),
            segmentation: Segmentation::Windows,
            speech: false,
            unfamiliar: false,
            evidence: None,
        }
    }
}

/// The result for a recording of any length.
#[derive(Debug, Clone, PartialEq)]
pub struct LongRecognition {
    /// What the recording is.
    pub scan: Scan,
    /// The result.
    pub recognition: Recognition,
}

/// How far the work on a long recording is. First the whole recording is heard, then its utterances
/// are judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Progress {
    /// Seconds of the recording that the pass has reached.
    pub seconds: f64,
    /// Seconds of the whole recording. The first pass does not know them.
    pub total: Option<f64>,
}

/// What a recording tells about a voice. Only the recognizer knows what is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence(pub Value);

/// What is known of a voice: its profile as the recognizer writes it. The server reads only the
/// members `recordings` and `seconds`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Voice(pub Value);

impl Voice {
    /// Return how many recordings of the voice were heard.
    pub fn recordings(&self) -> u64 {
        self.0["recordings"].as_u64().unwrap_or(0)
    }

    /// Return how many seconds of the voice were heard.
    pub fn seconds(&self) -> f64 {
        self.0["seconds"].as_f64().unwrap_or(0.0)
    }
}

/// The model's result for one window of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Start of the window in seconds from the start of the recording.
    pub start: f64,
    /// End of the window in seconds.
    pub end: f64,
    /// Probability of each class, in the order of the labels. The sum is 1.
    pub probabilities: Vec<f32>,
    /// Whether the window holds speech. If not, it is a gap in the timeline.
    pub speech: bool,
}

/// Why a recording has no result.
#[derive(Debug, Error)]
pub enum RecognizeError {
    /// The recording cannot be used. The client sees this text.
    #[error("{0}")]
    Unusable(String),
    /// The recording cannot be decoded. The client sees why.
    #[error(transparent)]
    Decode(DecodeError),
    /// The caller stopped the work.
    #[error("stopped")]
    Stopped,
    /// The model failed. Only the log shows this text.
    #[error("{0}")]
    Model(String),
}
