//! The choice between RAVDESS's speech and its songs.

use std::fmt;
use std::str::FromStr;

use super::VocalChannel;
use crate::Utterance;

/// The vocal channels that a corpus takes in. RAVDESS's actors speak and sing the same sentences
/// with the same emotions, but models and published scores are about one or the other.
///
/// ```
/// use undertone_corpus::VocalChannels;
///
/// assert_eq!(VocalChannels::default(), VocalChannels::Speech);
/// assert_eq!("song".parse(), Ok(VocalChannels::Song));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum VocalChannels {
    /// Speech only, and all clips without a RAVDESS name.
    #[default]
    Speech,
    /// Songs only, and all clips without a RAVDESS name.
    Song,
    /// Speech and songs.
    All,
}

impl VocalChannels {
    /// Every choice.
    pub const ALL: [VocalChannels; 3] = [
        VocalChannels::Speech,
        VocalChannels::Song,
        VocalChannels::All,
    ];

    /// The name, as commands spell it.
    pub fn name(self) -> &'static str {
        match self {
            VocalChannels::Speech => "speech",
            VocalChannels::Song => "song",
            VocalChannels::All => "all",
        }
    }

    /// Return whether an utterance belongs to this choice.
    pub fn include(self, utterance: &Utterance) -> bool {
        match utterance.ravdess.map(|name| name.channel()) {
            None => true,
            Some(VocalChannel::Speech) => self != VocalChannels::Song,
            Some(VocalChannel::Song) => self != VocalChannels::Speech,
        }
    }
}

impl fmt::Display for VocalChannels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A word that names no [`VocalChannels`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown vocal channel \"{0}\"; write speech, song or all")]
pub struct UnknownVocalChannels(pub String);

impl FromStr for VocalChannels {
    type Err = UnknownVocalChannels;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        VocalChannels::ALL
            .into_iter()
            .find(|channels| channels.name() == word)
            .ok_or_else(|| UnknownVocalChannels(word.to_owned()))
    }
}
