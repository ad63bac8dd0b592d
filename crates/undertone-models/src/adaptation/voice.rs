//! Voice profiles.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The evidence of one recording about its voice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Scores of the head for adaptation, the mean over the windows with speech, `[classes]`.
    pub(super) scores: Vec<f64>,
    /// The length of the windows with speech in seconds.
    pub(super) seconds: f64,
}

/// A voice profile: sums over the recordings that were heard. It holds no sound, and none can be
/// made of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voice {
    /// Version of the format, [`Voice::FORMAT`].
    format: u32,
    /// The model that heard the voice.
    model: String,
    /// The fingerprint of that model's adaptation: a model of the same name that was trained anew
    /// has other scores.
    fingerprint: String,
    /// The number of recordings.
    pub(super) recordings: u32,
    /// Seconds of speech.
    seconds: f64,
    /// The sum of the recordings' scores, `[classes]`.
    pub(super) scores: Vec<f64>,
    /// The sum of `sᵀ G s` over the recordings' scores `s`.
    pub(super) squares: f64,
}

/// A voice profile that a model cannot use.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VoiceError {
    /// The model judges each recording alone.
    #[error("the model {0} does not adapt to a voice")]
    DoesNotAdapt(String),
    /// Another model heard the voice.
    #[error("the voice profile is of the model {found}, not of {expected}: make a new one")]
    OtherModel {
        /// The model of the profile.
        found: String,
        /// The model at hand.
        expected: String,
    },
    /// A model of this name, but with other weights, heard the voice.
    #[error("the voice profile is of an earlier training of the model {0}: make a new one")]
    Retrained(String),
    /// The profile is of another version, or its numbers cannot be right.
    #[error("the voice profile is damaged, or of another version: make a new one")]
    Damaged,
}

impl Voice {
    /// Version of the format.
    pub const FORMAT: u32 = 1;

    /// Start a profile for a model with `classes` classes.
    pub(super) fn new(model: &str, fingerprint: String, classes: usize) -> Self {
        Self {
            format: Self::FORMAT,
            model: model.to_owned(),
            fingerprint,
            recordings: 0,
            seconds: 0.0,
            scores: vec![0.0; classes],
            squares: 0.0,
        }
    }

    /// Return the number of recordings that were heard.
    pub fn recordings(&self) -> u32 {
        self.recordings
    }

    /// Return the seconds of speech that were heard.
    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Add what a recording tells, or with a `sign` of -1 take it out. `square` is the `sᵀ G s` of
    /// its scores.
    pub(super) fn change(&mut self, sign: f64, evidence: &Evidence, square: f64) {
        self.recordings = match sign > 0.0 {
            true => self.recordings.saturating_add(1),
            false => self.recordings.saturating_sub(1),
        };
        self.seconds = (self.seconds + sign * evidence.seconds).max(0.0);
        self.squares += sign * square;
        for (sum, score) in self.scores.iter_mut().zip(&evidence.scores) {
            *sum += sign * score;
        }
    }

    /// Check that a model with `classes` classes can use this profile.
    pub(super) fn check(
        &self,
        model: &str,
        fingerprint: &str,
        classes: usize,
    ) -> Result<(), VoiceError> {
        if self.model != model {
            return Err(VoiceError::OtherModel {
                found: self
                    .model
                    .chars()
                    .filter(|c| !c.is_control())
                    .take(100)
                    .collect(),
                expected: model.to_owned(),
            });
        }
        if self.fingerprint != fingerprint {
            return Err(VoiceError::Retrained(model.to_owned()));
        }
        let sizes = self.scores.len() == classes;
        let mut numbers = self.scores.iter().chain([&self.squares, &self.seconds]);
        let sane = |number: &f64| number.is_finite() && number.abs() < 1e12;
        let positive = self.squares >= -1e-6 && self.seconds >= 0.0;
        match self.format == Self::FORMAT && sizes && positive && numbers.all(sane) {
            true => Ok(()),
            false => Err(VoiceError::Damaged),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forgotten_recording_leaves_no_trace() {
        let mut voice = Voice::new("m", "f".to_owned(), 2);
        let evidence = |score: f64| Evidence {
            scores: vec![score, -score],
            seconds: 2.0,
        };
        voice.change(1.0, &evidence(1.0), 2.0);
        let before = voice.clone();
        voice.change(1.0, &evidence(0.5), 0.5);
        voice.change(-1.0, &evidence(0.5), 0.5);
        assert_eq!(voice, before);
        assert_eq!((voice.recordings(), voice.seconds()), (1, 2.0));
    }

    #[test]
    fn a_profile_of_another_model_is_refused() {
        let voice = Voice::new("one", "f".to_owned(), 3);
        assert_eq!(voice.check("one", "f", 3), Ok(()));
        let other = voice.check("two", "f", 3);
        assert!(matches!(other, Err(VoiceError::OtherModel { .. })));
        let retrained = voice.check("one", "g", 3);
        assert_eq!(retrained, Err(VoiceError::Retrained("one".to_owned())));
        assert_eq!(voice.check("one", "f", 4), Err(VoiceError::Damaged));
        let broken = Voice {
            scores: vec![f64::NAN; 3],
            ..voice
        };
        assert_eq!(broken.check("one", "f", 3), Err(VoiceError::Damaged));
    }
}
