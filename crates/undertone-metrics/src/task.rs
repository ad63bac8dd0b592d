//! What a report needs to know of predictions, whether they are classes or numbers.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Bootstrap, MetricsError};

/// The prediction of one clip: [`ClipPrediction`](crate::ClipPrediction) for classes,
/// [`DimensionPrediction`](crate::DimensionPrediction) for numbers.
pub trait Prediction: Debug + Clone + PartialEq + Serialize + DeserializeOwned {
    /// The scores of a set of such predictions.
    type Evaluation: SetEvaluation;

    /// Return the clip's path.
    fn utterance(&self) -> &str;

    /// Return the corpus's name, if it is known.
    fn corpus(&self) -> &str;

    /// Return the speaker's name.
    fn speaker(&self) -> &str;

    /// Return the speaker's name, if it is known. A clip of an unknown speaker has its own name as
    /// the speaker's.
    fn known_speaker(&self) -> Option<&str> {
        (self.speaker() != self.utterance()).then(|| self.speaker())
    }

    /// Return the speaker's gender, if the corpus tells it.
    fn gender(&self) -> Option<&str>;

    /// Return whether both predictions are of a clip with the same truth.
    fn has_truth_of(&self, other: &Self) -> bool;

    /// Evaluate predictions. `targets` names the classes or the dimensions.
    ///
    /// # Errors
    /// If there are no predictions, or they do not fit the targets.
    fn evaluate(targets: &[String], predictions: &[Self])
    -> Result<Self::Evaluation, MetricsError>;
}

/// The scores of a set of clips: [`Evaluation`](crate::Evaluation) for classes,
/// [`RegressionEvaluation`](crate::RegressionEvaluation) for numbers.
pub trait SetEvaluation: Debug + Clone + PartialEq + Serialize + DeserializeOwned {
    /// The scores that a report averages over its folds.
    type Scores: Debug + Clone + PartialEq + Serialize + DeserializeOwned;

    /// Return the names of the classes or of the dimensions.
    fn targets(&self) -> Vec<&str>;

    /// Return the number of clips.
    fn clips(&self) -> usize;

    /// Return the number of speakers.
    fn speakers(&self) -> usize;

    /// Return how the intervals were drawn.
    fn bootstrap(&self) -> Bootstrap;

    /// Return the scores without their intervals.
    fn averaged(&self) -> Self::Scores;

    /// Apply a statistic to each score over several sets, of which there is at least one.
    fn over(sets: &[Self::Scores], statistic: fn(&[f64]) -> f64) -> Self::Scores;

    /// Return the targets that the clips tell nothing about: classes without a clip, and dimensions
    /// whose truth does not vary.
    fn unmeasured(&self) -> Vec<&str>;

    /// Return a sentence about the targets that are [unmeasured](SetEvaluation::unmeasured).
    fn about_unmeasured(targets: &[&str]) -> String;
}

/// Group predictions by a name. Numbers are sorted by value and come before words.
pub(crate) fn groups<'a, P>(
    predictions: &'a [P],
    name: impl Fn(&'a P) -> &'a str,
) -> Vec<(&'a str, Vec<&'a P>)> {
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for prediction in predictions {
        let name = name(prediction);
        let key = (name.parse::<u64>().unwrap_or(u64::MAX), name);
        groups.entry(key).or_default().push(prediction);
    }
    let groups = groups.into_iter();
    groups.map(|((_, name), group)| (name, group)).collect()
}

/// Group predictions by speaker. Clips of unknown speakers are in no group.
pub(crate) fn speakers<P: Prediction>(predictions: &[P]) -> Vec<(&str, Vec<&P>)> {
    let mut known = groups(predictions, |it| it.known_speaker().unwrap_or_default());
    known.retain(|(name, _)| !name.is_empty());
    known
}

/// Group predictions by corpus. There are no groups if all clips are of one corpus.
pub(crate) fn corpora<P: Prediction>(predictions: &[P]) -> Vec<(&str, Vec<&P>)> {
    let corpora = groups(predictions, |it| it.corpus());
    match corpora.len() {
        0 | 1 => Vec::new(),
        _ => corpora,
    }
}

/// Group predictions by gender. Clips without one form the group `unknown`. There are no groups if
/// no clip has a gender.
pub(crate) fn genders<P: Prediction>(predictions: &[P]) -> Vec<(&str, Vec<&P>)> {
    match predictions.iter().any(|it| it.gender().is_some()) {
        true => groups(predictions, |it| it.gender().unwrap_or("unknown")),
        false => Vec::new(),
    }
}
