//! The clips of an exploration.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use undertone_corpus::{Corpus, LabelScheme, Utterance};

use crate::measure::ClipMeasures;

/// A clip and its measures.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    /// Its index in [`Corpus::utterances`].
    pub index: usize,
    /// Its measures.
    pub measures: ClipMeasures,
}

/// A clip that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its index in [`Corpus::utterances`].
    pub index: usize,
    /// The reason.
    pub reason: String,
}

/// The gender or intensity of a clip if the corpus does not have it.
pub(crate) const UNKNOWN: &str = "unknown";

pub(crate) fn gender_of(utterance: &Utterance) -> &'static str {
    utterance.gender.map_or(UNKNOWN, |gender| gender.name())
}

/// The class of a clip whose emotion has none.
pub(crate) const NO_CLASS: &str = "left out";

/// Return the class of a clip, or [`NO_CLASS`].
pub(crate) fn class_of(scheme: &LabelScheme, utterance: &Utterance) -> &'static str {
    let label = scheme.label_of(utterance.emotion);
    label.map_or(NO_CLASS, |label| scheme.labels()[label])
}

pub(crate) fn intensity_of(utterance: &Utterance) -> &'static str {
    utterance
        .ravdess
        .map_or(UNKNOWN, |name| name.intensity().name())
}

/// Return a clip's path relative to the root of the corpus.
pub(crate) fn path_of(corpus: &Corpus, index: usize) -> String {
    corpus.utterances[index].name_below(&corpus.root)
}

/// Find a clip by its path, as the corpus writes it or as the file system does.
pub(crate) fn by_path(corpus: &Corpus, clips: &[Clip], path: &Path) -> Option<usize> {
    let is = |clip: &&Clip| corpus.utterances[clip.index].path == path;
    if let Some(clip) = clips.iter().find(is) {
        return Some(clip.index);
    }
    let wanted = path.canonicalize().ok()?;
    let known: HashMap<PathBuf, usize> = clips
        .iter()
        .filter_map(|clip| {
            let path = corpus.utterances[clip.index].path.canonicalize().ok()?;
            Some((path, clip.index))
        })
        .collect();
    known.get(&wanted).copied()
}
