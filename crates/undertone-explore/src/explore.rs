//! Exploring a corpus.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use undertone_audio::Recordings;
use undertone_corpus::{Corpus, Segment, Utterance};

use crate::clip::{Clip, Unreadable};
use crate::error::ExploreError;
use crate::exploration::Exploration;
use crate::findings::findings;
use crate::flow::flow;
use crate::measure::{Measured, Measurer};
use crate::options::ExploreOptions;
use crate::projection::project;
use crate::shown::show;
use crate::totals::Totals;
use crate::watch::{ExploreProgress, Watcher};

/// Number of clips whose spectra are in memory at one time.
const AT_ONCE: usize = 64;

/// Measure every clip of a corpus in parallel, and compute everything that the page shows.
///
/// Only a few clips are in memory at one time. The same corpus and options give the same result on
/// any number of processors.
///
/// # Errors
/// If no clip can be read, a clip to show is not in the corpus, or the watcher stops it.
pub fn explore<'a>(
    corpus: &'a Corpus,
    options: &ExploreOptions,
    watcher: Watcher<'_>,
) -> Result<Exploration<'a>, ExploreError> {
    let measurer = Measurer::new(options.trimming)?;
    let (mut clips, mut unreadable, mut totals) = (Vec::new(), Vec::new(), Totals::default());
    let total = corpus.utterances.len();
    let done = AtomicUsize::new(0);
    let recordings = Recordings::new(&options.decoding());
    for (batch, utterances) in corpus.utterances.chunks(AT_ONCE).enumerate() {
        watcher.check()?;
        let measured: Vec<Result<Measured, String>> = utterances
            .par_iter()
            .map(|utterance| {
                let measured = measure(&measurer, &recordings, utterance);
                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                (watcher.observe)(ExploreProgress::Measured { done, total });
                measured
            })
            .collect();
        // In a fixed order, so that sums do not depend on the timing of threads.
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
    (watcher.observe)(ExploreProgress::Projecting);
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

fn measure(
    measurer: &Measurer,
    recordings: &Recordings,
    utterance: &Utterance,
) -> Result<Measured, String> {
    let part = utterance.segment.map(Segment::bounds);
    let recording = recordings
        .read(&utterance.path, part)
        .map_err(|error| error.to_string())?;
    measurer
        .measure(recording)
        .map_err(|error| format!("{}: {error}", utterance.path.display()))
}
