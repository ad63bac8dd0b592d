//! The trait through which the server uses a model. The `undertone` binary implements it for
//! `undertone_models::Classifier`, so this crate compiles without a neural network.

use thiserror::Error;
use undertone_audio::Recording;

/// Recognizes the emotion in recordings.
///
/// All worker threads share one recognizer. The server catches a panic inside
/// [`Recognizer::recognize`]: only the recording that caused it fails.
pub trait Recognizer: Send + Sync + 'static {
    /// Describe the model. The server calls this once, after loading.
    fn description(&self) -> ModelDescription;

    /// Return one result per recording, in the order of the recordings.
    ///
    /// Recordings that wait at the same time come as a batch, since networks are faster on batches.
    /// A recording that cannot be used is an error of its own and does not affect the others.
    fn recognize(&self, recordings: &[Recording]) -> Vec<Result<Recognition, RecognizeError>>;
}

/// A model as the page and the interfaces describe it.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelDescription {
    /// The model's name.
    pub name: String,
    /// The names of the classes, in the order of the probabilities.
    pub labels: Vec<String>,
    /// Length of the network's input window in seconds.
    pub window_seconds: f64,
    /// Sample rate of the network's input in Hz.
    pub sample_rate: u32,
    /// The model card as Markdown, with or without front matter.
    pub card: Option<String>,
}

/// The model's result for one recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognition {
    /// Probability of each class, in the order of the labels. The sum is 1.
    pub probabilities: Vec<f32>,
    /// The windows that the model read, in order of time; at least one.
    pub windows: Vec<Window>,
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
}

/// Why a recording has no result.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RecognizeError {
    /// The recording cannot be used. The client sees this text.
    #[error("{0}")]
    Unusable(String),
    /// The model failed. Only the log shows this text.
    #[error("{0}")]
    Model(String),
}
