//! The numbers that the corpus states of its clips.

use std::collections::BTreeSet;

use undertone_metrics::RegressionScores;

use crate::clip::Clip;
use crate::exploration::Exploration;

/// Return the names of the numbers that some clip has.
pub(crate) fn names<'e>(exploration: &'e Exploration<'_>) -> BTreeSet<&'e str> {
    let clips = exploration.clips.iter();
    clips
        .flat_map(|clip| exploration.utterance(clip).values.keys())
        .map(String::as_str)
        .collect()
}

/// Return the clips that have a number, with it.
pub(crate) fn values<'e>(
    exploration: &'e Exploration<'_>,
    name: &str,
) -> impl Iterator<Item = (&'e Clip, f64)> {
    exploration.clips.iter().filter_map(move |clip| {
        let value = exploration.utterance(clip).values.get(name)?;
        Some((clip, *value))
    })
}

/// Return Pearson's r of a number and another value, over the clips that have both. `None` for
/// fewer than three clips.
pub(crate) fn correlation(
    exploration: &Exploration<'_>,
    name: &str,
    other: impl Fn(&Clip) -> Option<f64>,
) -> Option<f64> {
    let (numbers, others): (Vec<f64>, Vec<f64>) = values(exploration, name)
        .filter_map(|(clip, value)| Some((value, other(clip)?)))
        .unzip();
    (numbers.len() > 2).then(|| RegressionScores::of(&numbers, &others).pearson)
}
