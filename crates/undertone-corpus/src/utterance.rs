//! One labeled recording.

use std::path::PathBuf;

use crate::{Emotion, Gender, RavdessName, Subset};

/// One clip of a corpus: its file, its emotion and its speaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Utterance {
    /// The path of the recording, with the corpus's root in front.
    pub path: PathBuf,
    /// The emotion that the speaker expresses.
    pub emotion: Emotion,
    /// The speaker. RAVDESS's actors are `01` to `24`.
    pub speaker: String,
    /// The speaker's gender, if the corpus gives it.
    pub gender: Option<Gender>,
    /// The set that a manifest's `split` column assigns.
    pub split: Option<Subset>,
    /// The clip's RAVDESS name, if it has one that agrees with the fields above.
    pub ravdess: Option<RavdessName>,
}

impl Utterance {
    /// Return the utterance that a RAVDESS name describes, recorded in the file `path`.
    pub fn from_ravdess(path: impl Into<PathBuf>, name: RavdessName) -> Self {
        Self {
            path: path.into(),
            emotion: name.emotion(),
            speaker: name.speaker(),
            gender: Some(name.gender()),
            split: None,
            ravdess: Some(name),
        }
    }
}
