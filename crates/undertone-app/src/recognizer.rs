//! What the server needs of a model. The binary implements it for `undertone_models::Classifier`,
//! so that this crate compiles without a neural network.

use thiserror::Error;
use undertone_audio::Recording;

/// Tells the emotion in recordings.
///
/// A recognizer is shared by all worker threads. A panic inside [`Recognizer::recognize`] is
/// caught: it costs the recording that caused it, not the server.
pub trait Recognizer: Send + Sync + 'static {
    /// What the model is, asked once when it has been loaded.
    fn description(&self) -> ModelDescription;

    /// The classes' probabilities for each recording, in the order of the recordings.
    ///
    /// Recordings that wait at the same time come together, since networks are faster on batches.
    /// One that cannot be used is an error of its own and leaves the others alone.
    fn recognize(&self, recordings: &[Recording]) -> Vec<Result<Recognition, RecognizeError>>;
}

/// What the page and the interfaces tell about a model.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelDescription {
    /// Its name.
    pub name: String,
    /// Names of the classes, in the order of their probabilities.
    pub labels: Vec<String>,
    /// Length of the window that the network sees, in seconds.
    pub window_seconds: f64,
    /// Rate that recordings are brought to, in Hz.
    pub sample_rate: u32,
    /// The model's card as Markdown, with or without front matter.
    pub card: Option<String>,
}

/// What a model makes of one recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognition {
    /// Probability of each class, in the order of the labels. Sums to 1.
    pub probabilities: Vec<f32>,
    /// The windows that were read, in order of time; at least one.
    pub windows: Vec<Window>,
}

/// What a model makes of one window of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Where it starts in the recording, in seconds.
    pub start: f64,
    /// Where it ends, in seconds.
    pub end: f64,
    /// Probability of each class. Sums to 1.
    pub probabilities: Vec<f32>,
}

/// A recording that has no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RecognizeError {
    /// The recording cannot be used, which is its sender's fault.
    #[error("{0}")]
    Unusable(String),
    /// The model is broken, which is not.
    #[error("{0}")]
    Model(String),
}
