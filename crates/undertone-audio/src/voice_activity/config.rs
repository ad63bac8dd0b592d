//! How a recording is divided into utterances.

use serde::{Deserialize, Serialize};

/// What counts as an utterance. All times are in seconds.
///
/// The defaults were chosen on clips with pauses between them: see `docs/audio.md`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VoiceActivityConfig {
    /// The score from which a frame is speech, 0 to 1.
    pub threshold: f32,
    /// Utterances with less time from the first to the last frame of speech are left out.
    pub shortest: f64,
    /// Longer utterances are cut where they are quietest, in their second half.
    pub longest: f64,
    /// A longer time without speech ends an utterance.
    pub gap: f64,
    /// What is added before and after an utterance, as far as no other one is there.
    pub padding: f64,
}

impl Default for VoiceActivityConfig {
    fn default() -> Self {
        Self {
            threshold: 0.5,
            shortest: 0.3,
            longest: 6.0,
            gap: 0.5,
            padding: 0.2,
        }
    }
}
