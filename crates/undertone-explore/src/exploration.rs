//! Going through a corpus.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use undertone_audio::{DecodeOptions, TrimConfig, decode_path};
use undertone_corpus::{BalanceStep, Corpus, Emotion, LabelScheme, Utterance};

use crate::ExploreError;
use crate::findings::{Finding, findings};
use crate::flow::{Flow, flow};
use crate::measure::{ClipMeasures, Measured, Measurer, Trimming};
use crate::projection::{Projection, project};
use crate::shown::{ShownClip, show};
use crate::totals::Totals;

/// Clips whose sums are in memory at one time.
const AT_ONCE: usize = 64;

/// What to explore, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct ExploreOptions {
    /// The classes that emotions are mapped to.
    pub scheme: LabelScheme,
    /// What trims.
    pub trimming: Trimming,
    /// How the corpus is balanced, in order.
    pub balance: Vec<BalanceStep>,
    /// The seed of everything random: balancing, and which clips are shown.
    pub seed: u64,
    /// Clips to show instead of those that the seed chooses, each for its emotion and gender.
    pub show: Vec<PathBuf>,
    /// What the page calls the corpus; its folder's name where it has no other.
    pub name: Option<String>,
}

impl Default for ExploreOptions {
    /// As the study did whose results RAVDESS is often compared with: 20 dB at each clip's own
    /// rate, neutral repeated until it has as many clips as calm, then every label cut to the
    /// smallest.
    fn default() -> Self {
        Self {
            scheme: LabelScheme::default(),
            trimming: Trimming {
                config: TrimConfig::default(),
                sample_rate: None,
            },
            balance: vec![
                BalanceStep::Oversample {
                    emotion: Emotion::Neutral,
                    to: Emotion::Calm,
                },
                BalanceStep::Undersample,
            ],
            seed: 1,
            show: Vec::new(),
            name: None,
        }
    }
}

/// How far an exploration has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Clips that are measured, of all.
    Measured {
        /// Done.
        done: usize,
        /// Of so many.
        total: usize,
    },
    /// The clips are laid out in two dimensions.
    Projecting,
    /// The figures are drawn.
    Drawing,
    /// The page is written.
    Writing,
}

/// Who watches an exploration, and may stop it.
#[derive(Clone, Copy)]
pub struct Watcher<'a> {
    /// Told of progress; called from several threads.
    pub observe: &'a (dyn Fn(Progress) + Sync),
    /// Asked now and then whether to stop.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

impl Watcher<'_> {
    pub(crate) fn check(&self) -> Result<(), ExploreError> {
        if (self.stop)() {
            Err(ExploreError::Interrupted)
        } else {
            Ok(())
        }
    }
}

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
}

/// Measures every clip of a corpus, in parallel, and puts together what a page shows.
///
/// Never more than a few clips are in memory. The same corpus and options give the same result on
/// any number of processors.
///
/// # Errors
/// Where no clip can be read, a clip to show is not in the corpus, or the watcher stops it.
pub fn explore<'a>(
    corpus: &'a Corpus,
    options: &ExploreOptions,
    watcher: Watcher<'_>,
) -> Result<Exploration<'a>, ExploreError> {
    let measurer = Measurer::new(options.trimming)?;
    let (mut clips, mut unreadable, mut totals) = (Vec::new(), Vec::new(), Totals::default());
    let total = corpus.utterances.len();
    let done = AtomicUsize::new(0);
    for (batch, utterances) in corpus.utterances.chunks(AT_ONCE).enumerate() {
        watcher.check()?;
        let measured: Vec<Result<Measured, String>> = utterances
            .par_iter()
            .map(|utterance| {
                let measured = measure(&measurer, utterance);
                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                (watcher.observe)(Progress::Measured { done, total });
                measured
            })
            .collect();
        // In order, so that sums don't depend on which thread was first.
        for ((place, utterance), measured) in utterances.iter().enumerate().zip(measured) {
            let index = batch * AT_ONCE + place;
            match measured {
                Ok(measured) => {
                    totals.add(utterance.emotion, &measured);
                    let measures = measured.measures;
                    clips.push(Clip { index, measures });
                }
                Err(reason) => unreadable.push(Unreadable { index, reason }),
            }
        }
    }
    if clips.is_empty() {
        return Err(ExploreError::NothingReadable {
            clips: total,
            first: unreadable
                .first()
                .map_or_else(|| "there are none".to_owned(), |clip| clip.reason.clone()),
        });
    }
    let shown = show(corpus, &clips, options, &measurer)?;
    watcher.check()?;
    (watcher.observe)(Progress::Projecting);
    let projection = project(&clips);
    watcher.check()?;
    Ok(Exploration {
        flow: flow(&corpus.utterances, &clips, options),
        findings: findings(corpus, &clips, &unreadable),
        corpus,
        options: options.clone(),
        clips,
        unreadable,
        totals,
        projection,
        shown,
    })
}

fn measure(measurer: &Measurer, utterance: &Utterance) -> Result<Measured, String> {
    let recording = decode_path(&utterance.path, &DecodeOptions::default())
        .map_err(|error| error.to_string())?;
    measurer
        .measure(recording)
        .map_err(|error| format!("{}: {error}", utterance.path.display()))
}

/// The clips by a path that people may give: as the corpus has it, or as the file system does.
pub(crate) fn by_path(corpus: &Corpus, clips: &[Clip], path: &std::path::Path) -> Option<usize> {
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
