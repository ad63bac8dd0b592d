//! A recording with the prediction for it.

use undertone_audio::{DecodeOptions, Warning};
use undertone_models::{Classifier, Prediction};

use crate::inputs::Input;

/// A recording's duration, prediction and warnings.
pub(super) struct Classified {
    pub(super) seconds: f64,
    /// `None` for a silent recording, which the model does not read.
    pub(super) prediction: Option<Prediction>,
    pub(super) warnings: Vec<Warning>,
    /// How much of the voice the prediction is adapted to, if that was asked for.
    pub(super) adapted: Option<Extent>,
}

/// How much of a voice was heard.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    pub(super) recordings: u32,
    pub(super) seconds: f64,
}

impl Classified {
    /// Return the prediction if a label may be named: the model hears speech.
    pub(super) fn speech(&self) -> Option<&Prediction> {
        self.prediction.as_ref().filter(|it| it.has_speech())
    }
}

/// Classify a recording, or return what is wrong with it.
pub(super) fn classify(
    classifier: &Classifier,
    input: &Input,
    options: &DecodeOptions,
) -> Result<Classified, String> {
    let recording = input.decode(options)?;
    let of_samples = Warning::of(&recording);
    let prediction = match of_samples.contains(&Warning::Silent) {
        true => None,
        false => Some(classifier.classify(&recording)),
    };
    let prediction = prediction.transpose().map_err(|error| error.to_string())?;
    let windows = prediction.iter().flat_map(|it| &it.windows);
    let speech = windows.filter(|window| window.speech);
    let speech = speech.map(|window| (window.start, window.end));
    Ok(Classified {
        seconds: recording.duration(),
        warnings: Warning::of_result(&of_samples, speech, false),
        prediction,
        adapted: None,
    })
}
