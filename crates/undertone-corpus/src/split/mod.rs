//! Dividing a corpus for judging.
//!
//! Every [`Fold`] has three sides. The test set is looked at once, at the end; whatever is
//! chosen while training (when to stop, which checkpoint) is chosen on the validation set, which
//! is carved out of the training set. Splitting comes first; only the training set is balanced.

mod emobox;
mod error;
mod holdout;
mod speakers;

pub use emobox::EMOBOX_RAVDESS_FOLDS;
pub use error::SplitError;

use crate::random::{Purpose, stream};
use crate::{BalanceStep, LabelScheme, Protocol, ProtocolConfig, Subset, Utterance, balance};

/// One split into three sets. They hold indices into the utterances that were split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// The fold's name, fit for a folder: `holdout`, `manifest`, `full`, or `fold-1`, `fold-2`, …
    pub name: String,
    /// What is trained on. Balancing may repeat an index here.
    pub train: Vec<usize>,
    /// What training may look at to stop early and to choose a checkpoint.
    pub validation: Vec<usize>,
    /// What is judged.
    pub test: Vec<usize>,
}

/// A corpus split by a protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splits {
    /// The protocol that was followed; report it beside every score.
    pub protocol: Protocol,
    /// Whether the list was balanced before it was split, so that copies leak.
    pub balanced_before_split: bool,
    /// The folds, their training sets balanced. Never empty.
    pub folds: Vec<Fold>,
}

/// Splits `utterances` by a protocol, then applies the balancing steps to every training set
/// (with `balance_before_split`: to all clips, before splitting).
///
/// Every clip is in exactly one side of each fold, unless balancing repeats or drops it. The same
/// utterances and seed give the same split on every platform.
///
/// # Errors
/// Where an option is out of range, where the corpus does not fit the protocol, or where a
/// training set can't be balanced; see [`SplitError`].
pub fn split(
    utterances: &[Utterance],
    scheme: LabelScheme,
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
        Protocol::Full => vec![full(utterances, validation, seed)?],
    };
    for fold in &mut folds {
        let subsets = [
            (Subset::Train, &fold.train, true),
            (Subset::Test, &fold.test, config.name != Protocol::Full),
            (Subset::Validation, &fold.validation, validation > 0.0),
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
        Protocol::Speakers | Protocol::Emobox | Protocol::Manifest | Protocol::Full => 0.0,
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
    scheme: LabelScheme,
    steps: &[BalanceStep],
    seed: u64,
    fold: &str,
) -> Result<Vec<usize>, SplitError> {
    balance(utterances, list, scheme, steps, seed).map_err(|reason| SplitError::Balance {
        fold: fold.to_owned(),
        reason,
    })
}

/// Everything to train on, but for the speakers set aside for validation.
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

/// The sides of the manifest's `split` column. Where no row says `validation`, whole speakers of
/// the training set become it.
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
