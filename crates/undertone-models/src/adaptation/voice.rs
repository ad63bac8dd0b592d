//! What is kept of a voice.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::config::{AdaptationConfig, add};

/// What one recording tells about a voice.
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
    /// The number of recordings.
    pub(super) recordings: u32,
    /// Seconds of speech.
    seconds: f64,
    /// The sum of the recordings' scores, `[classes]`.
    pub(super) scores: Vec<f64>,
    /// The sum of `sᵀ G s` over the recordings' scores `s`.
    pub(super) squares: f64,
    /// The sum of the recordings' probabilities, `[classes]`.
    pub(super) emotions: Vec<f64>,
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
    /// The profile is of another version, or its numbers cannot be right.
    #[error("the voice profile is damaged, or of another version: make a new one")]
    Damaged,
}

impl Voice {
    /// Version of the format.
    pub const FORMAT: u32 = 1;

    /// Start a profile of a voice that a model has not heard yet.
    pub fn of(config: &AdaptationConfig, model: &str) -> Self {
        let classes = config.classes();
        Self {
            format: Self::FORMAT,
            model: model.to_owned(),
            recordings: 0,
            seconds: 0.0,
            scores: vec![0.0; classes],
            squares: 0.0,
            emotions: vec![0.0; classes],
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

    /// Add a recording of the voice.
    pub fn hear(&mut self, config: &AdaptationConfig, evidence: &Evidence) {
        self.recordings = self.recordings.saturating_add(1);
        self.change(config, evidence, 1.0);
    }

    /// Take out a recording that was heard, to judge it by the others.
    pub fn forget(&mut self, config: &AdaptationConfig, evidence: &Evidence) {
        self.recordings = self.recordings.saturating_sub(1);
        self.change(config, evidence, -1.0);
    }

    fn change(&mut self, config: &AdaptationConfig, evidence: &Evidence, sign: f64) {
        let signed = |values: &[f64]| values.iter().map(|it| sign * it).collect::<Vec<_>>();
        self.seconds = (self.seconds + sign * evidence.seconds).max(0.0);
        self.squares += sign * config.square(&evidence.scores);
        add(&mut self.scores, &signed(&evidence.scores));
        add(
            &mut self.emotions,
            &signed(&softmax(&evidence.scores, config.softness)),
        );
    }

    /// Check that a model can use this profile.
    pub(crate) fn check(&self, config: &AdaptationConfig, model: &str) -> Result<(), VoiceError> {
        if self.model != model {
            return Err(VoiceError::OtherModel {
                found: self.model.clone(),
                expected: model.to_owned(),
            });
        }
        let classes = config.classes();
        let sizes = self.scores.len() == classes && self.emotions.len() == classes;
        let mut numbers = self.scores.iter().chain(&self.emotions);
        let sane = |number: &f64| number.is_finite() && number.abs() < 1e12;
        let positive = self.squares >= -1e-6 && self.seconds >= 0.0;
        match self.format == Self::FORMAT
            && sizes
            && positive
            && numbers.all(sane)
            && sane(&self.squares)
            && sane(&self.seconds)
        {
            true => Ok(()),
            false => Err(VoiceError::Damaged),
        }
    }
}

fn softmax(scores: &[f64], factor: f64) -> Vec<f64> {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exps: Vec<f64> = scores
        .iter()
        .map(|score| (factor * (score - most)).exp())
        .collect();
    let sum: f64 = exps.iter().sum();
    exps.iter().map(|exp| exp / sum).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::adaptation::config::tests::config;

    fn evidence(scores: [f64; 3]) -> Evidence {
        config()
            .evidence([scores.to_vec()].into_iter(), 2.0)
            .unwrap()
    }

    #[test]
    fn a_forgotten_recording_leaves_no_trace() {
        let config = config();
        let mut voice = Voice::of(&config, "m");
        voice.hear(&config, &evidence([1.0, 0.0, -1.0]));
        let before = voice.clone();
        voice.hear(&config, &evidence([0.0, 2.0, -1.0]));
        voice.forget(&config, &evidence([0.0, 2.0, -1.0]));
        assert_eq!(voice.recordings(), 1);
        assert!((voice.seconds() - before.seconds()).abs() < 1e-9);
        for (now, before) in voice.scores.iter().zip(&before.scores) {
            assert!((now - before).abs() < 1e-9);
        }
    }

    #[test]
    fn a_profile_of_another_model_is_refused() {
        let config = config();
        let voice = Voice::of(&config, "one");
        assert_eq!(voice.check(&config, "one"), Ok(()));
        assert!(matches!(
            voice.check(&config, "two"),
            Err(VoiceError::OtherModel { .. })
        ));
        let broken = Voice {
            scores: vec![f64::NAN; 3],
            ..voice
        };
        assert_eq!(broken.check(&config, "one"), Err(VoiceError::Damaged));
    }
}
