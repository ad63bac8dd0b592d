//! One labeled recording, or a part of one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::{Emotion, Gender, RavdessName, Segment, Subset};

/// One clip of a corpus: its file, its emotion and its speaker.
#[derive(Debug, Clone, PartialEq)]
pub struct Utterance {
    /// The path of the recording, with the corpus's root in front.
    pub path: PathBuf,
    /// The part of the recording that is the utterance; `None` for all of it.
    pub segment: Option<Segment>,
    /// The emotion that the speaker expresses, or [`Emotion::unlabeled`].
    pub emotion: Emotion,
    /// Numeric labels by name, for instance `arousal`. Their scale is the corpus's own.
    pub values: BTreeMap<String, f64>,
    /// The speaker, if the corpus names one. RAVDESS's actors are `01` to `24`. In a corpus that
    /// was joined from several, the name of the corpus stands in front: `EmoDB/03`.
    pub speaker: Option<String>,
    /// The speaker's gender, if the corpus gives it.
    pub gender: Option<Gender>,
    /// The name of the corpus that the clip belongs to, for instance `RAVDESS`.
    pub corpus: String,
    /// The set that the corpus assigns, for instance by a manifest's `split` column.
    pub split: Option<Subset>,
    /// The clip's RAVDESS name, if it has one that agrees with the fields above.
    pub ravdess: Option<RavdessName>,
}

impl Utterance {
    /// The corpus of a clip for which none is named.
    pub const NO_CORPUS: &str = "manifest";

    /// Return an utterance that is a whole recording, with an emotion and nothing else known.
    pub fn new(path: impl Into<PathBuf>, emotion: Emotion) -> Self {
        Self {
            path: path.into(),
            segment: None,
            emotion,
            values: BTreeMap::new(),
            speaker: None,
            gender: None,
            corpus: Self::NO_CORPUS.to_owned(),
            split: None,
            ravdess: None,
        }
    }

    /// Return the utterance that a RAVDESS name describes, recorded in the file `path`.
    pub fn from_ravdess(path: impl Into<PathBuf>, name: RavdessName) -> Self {
        Self {
            speaker: Some(name.speaker()),
            gender: Some(name.gender()),
            corpus: "RAVDESS".to_owned(),
            ravdess: Some(name),
            ..Self::new(path, name.emotion())
        }
    }

    /// Return the speaker, or `unknown`.
    pub fn speaker_name(&self) -> &str {
        self.speaker.as_deref().unwrap_or("unknown")
    }

    /// Return the path below `root`, followed by the segment if there is one: `talk.wav [1.5-3]`.
    pub fn name_below(&self, root: &Path) -> String {
        let path = self.path.strip_prefix(root).unwrap_or(&self.path).display();
        match self.segment {
            None => path.to_string(),
            Some(segment) => format!("{path} [{segment}]"),
        }
    }
}
