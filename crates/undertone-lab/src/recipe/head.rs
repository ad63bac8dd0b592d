//! How the head of a pretrained encoder is fitted: the recipe's `[head]`.

use serde::{Deserialize, Serialize};

use super::error::{RecipeError, range};

/// A head on the standardized embeddings of a frozen encoder: linear discriminant analysis for
/// classes, ridge regression for dimensions. The shrinkage of the covariance is chosen by
/// cross-validation over the speakers or the corpora of the training set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadConfig {
    /// The shrinkages to choose from, above 0 up to 1, for dimensions below 1. With 1 only the
    /// variances count; with small ones the covariances count too.
    ///
    /// Not with `adapt`, whose two heads have fixed shrinkages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shrinkage: Vec<f64>,
    /// Folds of the cross-validation over speakers, at least 2.
    #[serde(default = "four")]
    pub folds: usize,
    /// What each fold of the cross-validation holds out.
    #[serde(default, skip_serializing_if = "HoldOut::is_default")]
    pub hold_out: HoldOut,
    /// Fit a head that does not learn corpora, adapts to a voice, and tells speech from other
    /// sounds. For classes only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub adapt: bool,
    /// With `adapt`: the spread of a voice's recordings from which on they count as of several
    /// emotions, above 0 ([`AdaptationConfig::threshold`](undertone_models::AdaptationConfig)). The
    /// default suits heads that were fitted to many corpora.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<f64>,
}

/// What a fold of the head's cross-validation holds out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HoldOut {
    /// Some of the speakers. A clip whose speaker is not known is a speaker of its own.
    #[default]
    Speakers,
    /// One corpus, so that shrinkage and temperature suit corpora that were never heard. If all
    /// clips are of one corpus, some of the speakers.
    Corpora,
}

impl HoldOut {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

fn four() -> usize {
    4
}

impl HeadConfig {
    pub(super) fn check(&self) -> Result<(), RecipeError> {
        range(
            self.adapt == self.shrinkage.is_empty(),
            "head.shrinkage",
            "one or more numbers above 0 up to 1, or left out with head.adapt",
            format!("{:?}", self.shrinkage),
        )?;
        range(
            self.shrinkage.iter().all(|it| *it > 0.0 && *it <= 1.0),
            "head.shrinkage",
            "numbers above 0 up to 1",
            format!("{:?}", self.shrinkage),
        )?;
        range(
            self.gate
                .is_none_or(|gate| self.adapt && gate > 0.0 && gate.is_finite()),
            "head.gate",
            "above 0, and left out without head.adapt",
            format!("{:?}", self.gate),
        )?;
        range(self.folds >= 2, "head.folds", "at least 2", self.folds)
    }
}
