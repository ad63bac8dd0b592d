//! The warnings about a recording, from its samples and from the model's result.

use undertone_audio::Warning;

use crate::recognizer::Recognition;

/// Return all warnings about a recording in order. `of_samples` are those of [`Warning::of`].
pub(crate) fn warnings(of_samples: &[Warning], recognition: &Recognition) -> Vec<Warning> {
    let mut warnings = of_samples.to_vec();
    if recognition.speech {
        if speech_seconds(recognition) < Warning::SHORT_SECONDS {
            warnings.push(Warning::Short);
        }
        if recognition.unfamiliar {
            warnings.push(Warning::Unfamiliar);
        }
    } else if !warnings.contains(&Warning::Silent) {
        warnings.push(Warning::NoSpeech);
    }
    warnings.sort_unstable();
    warnings
}

/// Return the seconds from the start of the first window with speech to the end of the last.
fn speech_seconds(recognition: &Recognition) -> f64 {
    let mut windows = recognition.windows.iter().filter(|window| window.speech);
    let Some(first) = windows.next() else {
        return 0.0;
    };
    windows.next_back().unwrap_or(first).end - first.start
}
