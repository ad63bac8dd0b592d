//! What tells a clip of a published corpus from all its others, in whatever folder it lies.

use crate::{CodeBook, Segment, Utterance};

/// The corpus of a clip, its name there, and its part of the recording.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ClipKey {
    pub(crate) corpus: String,
    name: String,
    segment: Option<Segment>,
}

impl ClipKey {
    /// Return the key of a clip, or `None` if its corpus has no code book with such a name.
    pub(crate) fn of(clip: &Utterance) -> Option<Self> {
        let name = match clip.ravdess {
            Some(name) => name.to_string(),
            None => {
                let book = CodeBook::named(&clip.corpus)?;
                let path = clip.path.with_extension("");
                let path = path.to_string_lossy().replace('\\', "/");
                book.read_name(&path)?.key
            }
        };
        Some(Self {
            corpus: clip.corpus.clone(),
            name,
            segment: clip.segment,
        })
    }
}
