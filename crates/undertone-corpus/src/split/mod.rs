//! Splitting a corpus for evaluation.
//!
//! Every [`Fold`] has three sets. The test set is used once, at the end. All choices during
//! training (when to stop, which checkpoint to keep) use the validation set, which is taken out of
//! the training set. Splitting comes first, and only the training set is balanced.

mod corpora;
mod emobox;
mod error;
mod fold;
mod holdout;
mod matrix;
mod speakers;

pub use emobox::EMOBOX_RAVDESS_FOLDS;
pub use error::SplitError;
pub use fold::{Fold, Splits};

use crate::random_stream::{Purpose, stream};
use crate::{BalanceStep, LabelScheme, Protocol, ProtocolConfig, Subset, Utterance, balance};

/// Split `utterances` by a protocol, then balance every training set. With `balance_before_split`,
/// balance all clips before splitting instead.
///
/// Every clip is in exactly one set of each fold, unless balancing repeats or drops it. The same
/// utterances and seed give the same split on every platform.
///
/// # Errors
/// If an option is out of range, the corpus does not fit the protocol, or a training set cannot be
/// balanced: see [`SplitError`].
pub fn split(
    utterances: &[Utterance],
    scheme: &LabelScheme,
    config: &ProtocolConfig,
    balance: &[BalanceStep],
    seed: u64,
) -> Result<Splits, SplitError> {
    check(utterances, config)?;
    let validation = config.validation_share();
    let mut folds = match config.name {
        Protocol::Holdout => {
            let mut list: Vec<usize> = (0..utterances.len()).collect();
            if config.balance_before_split {
                list = balanced(utterances, &list, scheme, balance, seed, "holdout")?;
            }
            vec![holdout::split(
                utterances,
                &list,
                scheme,
                config.test_fraction,
                validation,
                seed,
            )]
        }
        Protocol::Speakers => speakers::split(utterances, config.folds, validation, seed)?,
        Protocol::Emobox => emobox::split(utterances, validation, seed)?,
        Protocol::Manifest => vec![by_manifest(utterances, validation, seed)?],
        Protocol::Corpora => corpora::split(utterances, validation, seed)?,
        Protocol::Matrix => matrix::split(utterances, validation, seed)?,
        Protocol::Full => vec![full(utterances, validation, seed)?],
        Protocol::All => vec![Fold {
            name: "all".to_owned(),
            train: Vec::new(),
            validation: Vec::new(),
            test: (0..utterances.len()).collect(),
        }],
    };
    for fold in &mut folds {
        let subsets = [
            (Subset::Train, &fold.train, config.name != Protocol::All),
            (Subset::Test, &fold.test, config.name != Protocol::Full),
            (
                Subset::Validation,
                &fold.validation,
                validation > 0.0 && config.name != Protocol::All,
            ),
        ];
        for (subset, clips, needed) in subsets {
            if needed && clips.is_empty() {
                return Err(SplitError::EmptySubset {
                    fold: fold.name.clone(),
                    subset,
                });
            }
        }
        if !config.balance_before_split {
            fold.train = balanced(utterances, &fold.train, scheme, balance, seed, &fold.name)?;
        }
    }
    Ok(Splits {
        protocol: config.name,
        balanced_before_split: config.balance_before_split,
        folds,
    })
}

fn check(utterances: &[Utterance], config: &ProtocolConfig) -> Result<(), SplitError> {
    if utterances.is_empty() {
        return Err(SplitError::NoClips);
    }
    let test = match config.name {
        Protocol::Holdout => config.test_fraction,
        _ => 0.0,
    };
    if config.name == Protocol::Holdout && !(test > 0.0 && test < 1.0) {
        return Err(SplitError::TestFraction { value: test });
    }
    let validation = config.validation_share();
    if !(validation >= 0.0 && validation + test < 1.0) {
        return Err(SplitError::ValidationFraction {
            value: validation,
            below: 1.0 - test,
        });
    }
    if config.balance_before_split && config.name != Protocol::Holdout {
        return Err(SplitError::BalanceBeforeSplit {
            protocol: config.name,
        });
    }
    Ok(())
}

fn balanced(
    utterances: &[Utterance],
    list: &[usize],
    scheme: &LabelScheme,
    steps: &[BalanceStep],
    seed: u64,
    fold: &str,
) -> Result<Vec<usize>, SplitError> {
    balance(utterances, list, scheme, steps, seed).map_err(|reason| SplitError::Balance {
        fold: fold.to_owned(),
        reason,
    })
}

/// Return a fold that trains on all speakers except those reserved for validation.
fn full(utterances: &[Utterance], validation: f64, seed: u64) -> Result<Fold, SplitError> {
    let mut fold = Fold {
        name: "full".to_owned(),
        train: (0..utterances.len()).collect(),
        validation: Vec::new(),
        test: Vec::new(),
    };
    let mut rng = stream(seed, Purpose::Validation);
    speakers::carve_validation(utterances, &mut fold, validation, &mut rng)?;
    Ok(fold)
}

/// Return the sets of the manifest's `split` column. If no row says `validation`, take whole
/// speakers out of the training set.
fn by_manifest(utterances: &[Utterance], validation: f64, seed: u64) -> Result<Fold, SplitError> {
    let without = utterances
        .iter()
        .filter(|utterance| utterance.split.is_none())
        .count();
    if without > 0 {
        return Err(SplitError::NoSplit { clips: without });
    }
    let of = |subset: Subset| -> Vec<usize> {
        (0..utterances.len())
            .filter(|&index| utterances[index].split == Some(subset))
            .collect()
    };
    let mut fold = Fold {
        name: "manifest".to_owned(),
        train: of(Subset::Train),
        validation: of(Subset::Validation),
        test: of(Subset::Test),
    };
    if fold.validation.is_empty() && !fold.train.is_empty() {
        let mut rng = stream(seed, Purpose::Validation);
        speakers::carve_validation(utterances, &mut fold, validation, &mut rng)?;
    }
    Ok(fold)
}
