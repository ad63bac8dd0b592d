//! The features of a corpus: those of one store, or the embeddings of several encoders as one.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use undertone_audio::{FeatureMatrix, FrontEndError};
use undertone_corpus::Utterance;

use super::clips::Clip;
use super::spill::Spill;
use super::store::{ClipFeatures, FeatureStore};
use crate::error::LabError;
use crate::events::{Event, Interrupt, Observer};

/// Return the utterances that can be read, with their features, which `spill` holds. They are
/// computed in parallel. A clip that cannot be read is told to the observer.
///
/// With several stores, which must belong to encoders, the embeddings of a clip are concatenated in
/// the order of the stores. Each encoder has its own copies of a clip, as it has alone: heads that
/// were fitted to equal copies were not better (`docs/encoders.md`), and so all runs share the
/// cache.
///
/// # Errors
/// If interrupted, if no clip can be read, or if the features cannot be stored.
pub(crate) fn readable(
    stores: &[FeatureStore],
    spill: &Spill,
    utterances: &[Utterance],
    observer: Observer<'_>,
    interrupt: &Interrupt,
) -> Result<(Vec<Utterance>, Vec<Clip>), LabError> {
    let done = AtomicUsize::new(0);
    let clip = |utterance: &Utterance| {
        if interrupt.is_requested() {
            return Err(LabError::Interrupted);
        }
        let features = concatenated(stores, utterance);
        observer(&Event::Features {
            done: done.fetch_add(1, Ordering::Relaxed) + 1,
            total: utterances.len(),
        });
        match features {
            Ok(features) => Clip::new(features, spill).map(Some),
            Err(error) => {
                observer(&Event::ClipFailed {
                    message: error.to_string(),
                });
                Ok(None)
            }
        }
    };
    let clips: Vec<Option<Clip>> = utterances.par_iter().map(clip).collect::<Result<_, _>>()?;
    let kept: (Vec<Utterance>, Vec<Clip>) = utterances
        .iter()
        .zip(clips)
        .filter_map(|(utterance, clip)| Some((utterance.clone(), clip?)))
        .unzip();
    if kept.0.is_empty() {
        return Err(LabError::TooFewClips(
            "no clip of the corpus can be read".to_owned(),
        ));
    }
    Ok(kept)
}

/// Return the features of the first window of mono samples at the front end's rate, concatenated
/// over the stores.
///
/// # Errors
/// If the front end refuses the samples.
pub(crate) fn first_window(
    stores: &[FeatureStore],
    samples: &[f32],
) -> Result<FeatureMatrix, FrontEndError> {
    let windows = stores.iter().map(|store| store.first_window(samples));
    let windows: Vec<FeatureMatrix> = windows.collect::<Result<_, _>>()?;
    Ok(windows.into_iter().reduce(both).unwrap_or_default())
}

/// Return the features of an utterance, concatenated over the stores, of which there is at least
/// one.
fn concatenated(stores: &[FeatureStore], utterance: &Utterance) -> Result<ClipFeatures, LabError> {
    let join = |before: Vec<FeatureMatrix>, own: Vec<FeatureMatrix>| {
        let pairs = before.into_iter().zip(own);
        pairs.map(|(before, own)| both(before, own)).collect()
    };
    let mut features = stores[0].of_utterance(utterance)?;
    for store in &stores[1..] {
        let own = store.of_utterance(utterance)?;
        features.windows = join(features.windows, own.windows);
        features.copies = join(features.copies, own.copies);
    }
    Ok(features)
}

/// Put one embedding behind another.
fn both(mut before: FeatureMatrix, own: FeatureMatrix) -> FeatureMatrix {
    before.values.extend(own.values);
    before.bands = before.values.len();
    before
}
