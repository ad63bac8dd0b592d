//! `corpora`: leave one corpus out.

use std::collections::BTreeSet;

use super::error::SplitError;
use super::fold::Fold;
use super::speakers::fold_by;
use crate::Utterance;

/// Split into one fold for each corpus, in the order of their names. The fold's name is
/// `without-` and the corpus's name.
pub(super) fn split(
    utterances: &[Utterance],
    validation: f64,
    seed: u64,
) -> Result<Vec<Fold>, SplitError> {
    let corpora = names(utterances)?;
    let number_of = |utterance: &Utterance| corpora.binary_search(&utterance.corpus.as_str()).ok();
    let mut folds = fold_by(utterances, corpora.len(), validation, seed, number_of)?;
    for (fold, corpus) in folds.iter_mut().zip(corpora) {
        fold.name = format!("without-{}", file_name(corpus));
    }
    Ok(folds)
}

/// Return the names of the corpora in their order, at least two.
pub(super) fn names(utterances: &[Utterance]) -> Result<Vec<&str>, SplitError> {
    let corpora: BTreeSet<&str> = utterances
        .iter()
        .map(|utterance| utterance.corpus.as_str())
        .collect();
    let corpora: Vec<&str> = corpora.into_iter().collect();
    if let [only] = corpora[..] {
        return Err(SplitError::OneCorpus {
            name: only.to_owned(),
        });
    }
    Ok(corpora)
}

/// Return a corpus's name with letters, digits and `-` only, to name a folder.
pub(super) fn file_name(corpus: &str) -> String {
    let safe = |c: char| if c.is_alphanumeric() { c } else { '-' };
    corpus.chars().map(safe).collect()
}
