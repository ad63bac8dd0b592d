//! `matrix`: train on each corpus alone and test on all.

use super::corpora::{file_names, names};
use super::error::SplitError;
use super::fold::Fold;
use super::speakers::{carve_validation, hold_out_speakers};
use crate::Utterance;
use crate::random_stream::{Purpose, stream};

/// The share of a corpus's own speakers who are only tested.
const OWN_TEST_SPEAKERS: f64 = 0.25;

/// Make one fold for each corpus, in the order of their names. The fold's name is `on-` and the
/// corpus's name, as [`file_names`] gives it.
pub(super) fn split(
    utterances: &[Utterance],
    validation: f64,
    seed: u64,
) -> Result<Vec<Fold>, SplitError> {
    let mut test_rng = stream(seed, Purpose::Test);
    let mut validation_rng = stream(seed, Purpose::Validation);
    let corpora = names(utterances)?;
    corpora
        .iter()
        .zip(file_names(&corpora))
        .map(|(&corpus, file_name)| {
            let (own, others): (Vec<usize>, Vec<usize>) =
                (0..utterances.len()).partition(|&index| utterances[index].corpus == corpus);
            let name = format!("on-{file_name}");
            let (train, mut test) =
                hold_out_speakers(utterances, own, OWN_TEST_SPEAKERS, &name, &mut test_rng)?;
            test.extend(others);
            test.sort_unstable();
            let mut fold = Fold {
                name,
                train,
                validation: Vec::new(),
                test,
            };
            carve_validation(utterances, &mut fold, validation, &mut validation_rng)?;
            Ok(fold)
        })
        .collect()
}
