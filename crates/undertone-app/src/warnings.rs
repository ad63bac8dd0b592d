//! The warnings about a recording, from its samples and from the model's result.

use undertone_audio::Warning;

use crate::recognizer::Recognition;

/// Return all warnings about a recording in order. `of_samples` are those of [`Warning::of`].
pub(crate) fn warnings(of_samples: &[Warning], recognition: &Recognition) -> Vec<Warning> {
    let windows = recognition.windows.iter();
    let speech = windows.filter(|window| recognition.speech && window.speech);
    let spans = speech.map(|window| (window.start, window.end));
    Warning::of_result(of_samples, spans, recognition.unfamiliar)
}
