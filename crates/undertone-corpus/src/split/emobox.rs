//! `emobox`: EmoBox's official folds of RAVDESS (Ma et al. 2024, "EmoBox: Multilingual
//! Multi-corpus Speech Emotion Recognition Toolkit and Benchmark").

use super::error::SplitError;
use super::fold::Fold;
use super::speakers::fold_by;
use crate::Utterance;

/// The actors in the test set of each of EmoBox's six folds.
pub const EMOBOX_RAVDESS_FOLDS: [[u8; 4]; 6] = [
    [1, 11, 20, 21],
    [4, 10, 12, 14],
    [8, 9, 19, 23],
    [3, 5, 7, 24],
    [2, 15, 16, 18],
    [6, 13, 17, 22],
];

/// Split into EmoBox's six folds.
pub(super) fn split(
    utterances: &[Utterance],
    validation: f64,
    seed: u64,
) -> Result<Vec<Fold>, SplitError> {
    let actor = |utterance: &Utterance| utterance.ravdess.map(|name| name.actor());
    if let Some(stranger) = utterances
        .iter()
        .find(|utterance| actor(utterance).is_none())
    {
        return Err(SplitError::NotRavdess {
            path: stranger.path.clone(),
        });
    }
    let mut missing: Vec<u8> = EMOBOX_RAVDESS_FOLDS.into_iter().flatten().collect();
    missing.retain(|&wanted| {
        utterances
            .iter()
            .all(|utterance| actor(utterance) != Some(wanted))
    });
    missing.sort_unstable();
    if !missing.is_empty() {
        return Err(SplitError::MissingActors { actors: missing });
    }
    fold_by(
        utterances,
        EMOBOX_RAVDESS_FOLDS.len(),
        validation,
        seed,
        |utterance| {
            actor(utterance).and_then(|actor| {
                EMOBOX_RAVDESS_FOLDS
                    .iter()
                    .position(|fold| fold.contains(&actor))
            })
        },
    )
}
