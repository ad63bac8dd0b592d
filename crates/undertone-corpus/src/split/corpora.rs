//! `corpora`: leave one corpus out.

use std::collections::BTreeSet;

use super::error::SplitError;
use super::fold::Fold;
use super::speakers::fold_by;
use crate::Utterance;

/// Split into one fold for each corpus, in the order of their names. The fold's name is
/// `without-` and the corpus's name, as [`file_names`] gives it.
pub(super) fn split(
    utterances: &[Utterance],
    validation: f64,
    seed: u64,
) -> Result<Vec<Fold>, SplitError> {
    let corpora = names(utterances)?;
    let number_of = |utterance: &Utterance| corpora.binary_search(&utterance.corpus.as_str()).ok();
    let mut folds = fold_by(utterances, corpora.len(), validation, seed, number_of)?;
    for (fold, corpus) in folds.iter_mut().zip(file_names(&corpora)) {
        fold.name = format!("without-{corpus}");
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

/// Return the name of each corpus with letters, digits and `-` only, to name a folder. Of names
/// that would be equal or differ in case alone, the later ones get a number: `my-corpus`,
/// `My-Corpus-2`.
pub(super) fn file_names(corpora: &[&str]) -> Vec<String> {
    let safe = |c: char| if c.is_alphanumeric() { c } else { '-' };
    let mut taken = BTreeSet::new();
    let names = corpora.iter().map(|corpus| {
        let name: String = corpus.chars().map(safe).collect();
        let mut free = name.clone();
        let mut number = 2;
        while !taken.insert(free.to_lowercase()) {
            free = format!("{name}-{number}");
            number += 1;
        }
        free
    });
    names.collect()
}
