//! The features of one store, or the embeddings of several encoders as one.

use undertone_audio::{FeatureMatrix, FrontEndError};
use undertone_corpus::Utterance;

use super::store::{ClipFeatures, FeatureStore};
use crate::error::LabError;
use crate::events::{Interrupt, Observer};

/// Return the utterances that can be read, with their features. With several stores, which must
/// belong to encoders, the embeddings of a clip are concatenated in the order of the stores. Each
/// encoder has its own copies of a clip, as it has alone: heads that were fitted to equal copies
/// were not better (`docs/encoders.md`), and so all runs share the cache.
///
/// # Errors
/// If interrupted, or if no clip can be read.
pub(crate) fn readable(
    stores: &[FeatureStore],
    utterances: &[Utterance],
    observer: Observer<'_>,
    interrupt: &Interrupt,
) -> Result<(Vec<Utterance>, Vec<ClipFeatures>), LabError> {
    let mut joined: Vec<Option<ClipFeatures>> = Vec::new();
    for (index, store) in stores.iter().enumerate() {
        let own = store.compute(utterances, observer, interrupt)?;
        joined = match index {
            0 => own,
            // A file may have gone since it was read for the first store.
            _ => joined
                .into_iter()
                .zip(own)
                .map(|(before, own)| Some(concatenated(before?, own?)))
                .collect(),
        };
    }
    let kept: (Vec<Utterance>, Vec<ClipFeatures>) = utterances
        .iter()
        .zip(joined)
        .filter_map(|(utterance, features)| Some((utterance.clone(), features?)))
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

fn concatenated(before: ClipFeatures, own: ClipFeatures) -> ClipFeatures {
    let join = |before: Vec<FeatureMatrix>, own: Vec<FeatureMatrix>| {
        let pairs = before.into_iter().zip(own);
        pairs.map(|(before, own)| both(before, own)).collect()
    };
    ClipFeatures {
        windows: join(before.windows, own.windows),
        copies: join(before.copies, own.copies),
        ..before
    }
}

/// Put one embedding behind another.
fn both(mut before: FeatureMatrix, own: FeatureMatrix) -> FeatureMatrix {
    before.values.extend(own.values);
    before.bands = before.values.len();
    before
}
