//! The clips of a corpus as an exploration sees them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use undertone_corpus::{Corpus, Utterance};

use crate::measure::ClipMeasures;

/// A clip and what was measured of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    /// Its place in [`Corpus::utterances`].
    pub index: usize,
    /// Its numbers.
    pub measures: ClipMeasures,
}

/// A clip that can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its place in [`Corpus::utterances`].
    pub index: usize,
    /// Why.
    pub reason: String,
}

/// What has no value in a corpus that does not tell it.
pub(crate) const UNKNOWN: &str = "unknown";

pub(crate) fn gender_of(utterance: &Utterance) -> &'static str {
    utterance.gender.map_or(UNKNOWN, |gender| gender.name())
}

pub(crate) fn intensity_of(utterance: &Utterance) -> &'static str {
    utterance
        .ravdess
        .map_or(UNKNOWN, |name| name.intensity().name())
}

/// Return a clip's path as people know it: relative to the corpus's root.
pub(crate) fn path_of(corpus: &Corpus, index: usize) -> String {
    let path = &corpus.utterances[index].path;
    path.strip_prefix(&corpus.root)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// The clips by a path that people may give: as the corpus has it, or as the file system does.
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
