//! The clips of a folder.

use crate::{CorpusNote, RavdessName, Skipped, Utterance};

/// The clips that were found in a folder, and what was found beside them.
#[derive(Debug, Default)]
pub(crate) struct Clips {
    pub(crate) utterances: Vec<Utterance>,
    pub(crate) skipped: Vec<Skipped>,
    /// RAVDESS's spoken clips that are not there.
    pub(crate) missing: Vec<RavdessName>,
    /// What was decided and may be wrong.
    pub(crate) notes: Vec<CorpusNote>,
    /// The name, license and language that the folder itself states.
    pub(crate) stated: Stated,
}

/// What a folder says about its corpus, for one that has no code book.
#[derive(Debug, Default)]
pub(crate) struct Stated {
    pub(crate) name: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) source: Option<String>,
}
