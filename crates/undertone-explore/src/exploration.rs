//! The result of an exploration.

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

/// All that was found in a corpus.
#[derive(Debug)]
pub struct Exploration<'a> {
    /// The corpus.
    pub corpus: &'a Corpus,
    /// How it was explored.
    pub options: ExploreOptions,
    /// The clips that can be read, in the corpus's order. Never empty.
    pub clips: Vec<Clip>,
    /// The others.
    pub unreadable: Vec<Unreadable>,
    /// Sums over clips.
    pub totals: Totals,
    /// The corpus through the steps of balancing.
    pub flow: Flow,
    /// The clips in two dimensions.
    pub projection: Projection,
    /// The clips to look at and listen to.
    pub shown: Vec<ShownClip>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

impl Exploration<'_> {
    /// The utterance of a clip.
    pub fn utterance(&self, clip: &Clip) -> &Utterance {
        &self.corpus.utterances[clip.index]
    }

    /// The clips of an emotion.
    pub fn of_emotion(&self, emotion: Emotion) -> impl Iterator<Item = &Clip> + Clone {
        self.clips
            .iter()
            .filter(move |clip| self.utterance(clip).emotion == emotion)
    }

    /// The emotions that have a clip, in RAVDESS's order.
    pub fn emotions(&self) -> Vec<Emotion> {
        let there = |emotion: &Emotion| self.of_emotion(*emotion).next().is_some();
        Emotion::ALL.into_iter().filter(there).collect()
    }

    /// The corpus's folder; a manifest in the working directory has an empty one.
    pub(crate) fn root(&self) -> &Path {
        match self.corpus.root.as_path() {
            root if root == Path::new("") => Path::new("."),
            root => root,
        }
    }

    /// Seconds of all clips as recorded.
    pub(crate) fn recorded_seconds(&self) -> f64 {
        self.clips.iter().map(|clip| clip.measures.seconds).sum()
    }

    /// Seconds of all clips that trimming keeps.
    pub(crate) fn kept_seconds(&self) -> f64 {
        let kept = self.clips.iter().map(|clip| clip.measures.kept_seconds());
        kept.sum()
    }

    /// Each threshold with the share of all audio that it would keep.
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
                // A clip at another rate may be a fraction of a sample longer.
                (threshold, (kept.sum::<f64>() / recorded).min(1.0))
            })
            .collect()
    }

    /// A clip's path, relative to the corpus's root.
    pub(crate) fn path_of(&self, index: usize) -> String {
        path_of(self.corpus, index)
    }
}
