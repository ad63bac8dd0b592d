//! Balancing: the steps of a recipe that make classes and corpora equally frequent.

mod corpora;
mod emotions;
mod error;
mod step;

use corpora::{cap, check, weigh};
use emotions::{oversample, undersample};
pub use error::BalanceError;
pub use step::BalanceStep;

use crate::random_stream::{Purpose, stream};
use crate::{LabelScheme, Utterance};

/// Apply balancing steps, one after another, to the clips with these indices.
///
/// Return indices into `utterances`: the remaining clips in the order of `indices`, then the
/// copies. The same seed gives the same result on every platform.
///
/// # Errors
/// If a step names an emotion that has no clip, or a corpus that is not there.
///
/// # Panics
/// If an index is not below `utterances.len()`.
pub fn balance(
    utterances: &[Utterance],
    indices: &[usize],
    scheme: &LabelScheme,
    steps: &[BalanceStep],
    seed: u64,
) -> Result<Vec<usize>, BalanceError> {
    let mut rng = stream(seed, Purpose::Balance);
    let mut list = indices.to_vec();
    for step in steps {
        match step {
            BalanceStep::Oversample { emotion, to } => {
                oversample(utterances, &mut list, *emotion, *to, &mut rng)?;
            }
            BalanceStep::Undersample => list = undersample(utterances, &list, scheme, &mut rng),
            BalanceStep::Cap { corpus, clips } => {
                if let Some(corpus) = corpus {
                    check(utterances, corpus)?;
                }
                list = cap(utterances, &list, corpus.as_deref(), *clips, &mut rng);
            }
            BalanceStep::Weigh { corpus, weight } => {
                check(utterances, corpus)?;
                weigh(utterances, &mut list, corpus, *weight, &mut rng);
            }
        }
    }
    Ok(list)
}
