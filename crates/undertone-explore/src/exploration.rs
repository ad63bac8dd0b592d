//! The result of an exploration.

use std::collections::BTreeSet;
use std::path::Path;

use undertone_corpus::{Corpus, Emotion, Utterance};

use crate::clip::{Clip, Unreadable, path_of};
use crate::findings::Finding;
use crate::flow::Flow;
use crate::measure::TRIM_THRESHOLDS;
use crate::options::ExploreOptions;
use crate::projection::Projection;
use crate::shown::ShownClip;
use crate::totals::Totals;

/// Everything that was measured in a corpus.
#[derive(Debug)]
pub struct Exploration<'a> {
    /// The corpus.
    pub corpus: &'a Corpus,
    /// The options of the exploration.
    pub options: ExploreOptions,
    /// The clips that can be read, in the order of the corpus. Never empty.
    pub clips: Vec<Clip>,
    /// The clips that cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// Sums over clips.
    pub totals: Totals,
    /// The counts after each step of balancing.
    pub flow: Flow,
    /// The clips in two dimensions.
    pub projection: Projection,
    /// The clips that the page shows and plays.
    pub shown: Vec<ShownClip>,
    /// The problems.
    pub findings: Vec<Finding>,
}

impl Exploration<'_> {
    /// Return the utterance of a clip.
    pub fn utterance(&self, clip: &Clip) -> &Utterance {
        &self.corpus.utterances[clip.index]
    }

    /// Return the clips of an emotion.
    pub fn of_emotion(&self, emotion: Emotion) -> impl Iterator<Item = &Clip> + Clone {
        self.clips
            .iter()
            .filter(move |clip| self.utterance(clip).emotion == emotion)
    }

    /// Return the emotions that have a clip, RAVDESS's in its order, then the others by name.
    pub fn emotions(&self) -> Vec<Emotion> {
        let emotions: BTreeSet<Emotion> = self
            .clips
            .iter()
            .map(|clip| self.utterance(clip).emotion)
            .collect();
        emotions.into_iter().collect()
    }

    /// Return the folder of the corpus. That of a manifest in the working directory is empty.
    pub(crate) fn root(&self) -> &Path {
        match self.corpus.root.as_path() {
            root if root == Path::new("") => Path::new("."),
            root => root,
        }
    }

    /// Return the length of all recordings in seconds.
    pub(crate) fn recorded_seconds(&self) -> f64 {
        self.clips.iter().map(|clip| clip.measures.seconds).sum()
    }

    /// Return the length of all trimmed clips in seconds.
    pub(crate) fn kept_seconds(&self) -> f64 {
        let kept = self.clips.iter().map(|clip| clip.measures.kept_seconds());
        kept.sum()
    }

    /// Return each threshold with the share of all audio that it would keep.
    pub(crate) fn kept_by_threshold(&self) -> Vec<(f32, f64)> {
        let recorded = self.recorded_seconds();
        TRIM_THRESHOLDS
            .into_iter()
            .enumerate()
            .map(|(index, threshold)| {
                let kept = self
                    .clips
                    .iter()
                    .map(|clip| clip.measures.kept_by_threshold[index]);
                // A resampled clip may be longer by a fraction of a sample.
                (threshold, (kept.sum::<f64>() / recorded).min(1.0))
            })
            .collect()
    }

    /// Return a clip's path relative to the root of the corpus.
    pub(crate) fn path_of(&self, index: usize) -> String {
        path_of(self.corpus, index)
    }
}
