//! Comparing two runs on the clips that both predicted.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use undertone_corpus::Protocol;
use undertone_lab::RunRecord;
use undertone_metrics::{ClipPrediction, MetricsError, PairedComparison};

use crate::error::ReportError;

/// The comparison of two runs, or the reason why they cannot be compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// Name of the first run.
    pub first: String,
    /// Name of the second run.
    pub second: String,
    /// The comparison on the clips that both predicted.
    pub comparison: Option<PairedComparison>,
    /// Why the two cannot be compared.
    pub not_comparable: Option<String>,
    /// Whether one of the two predicted clips several times. Then the first prediction counts.
    pub judged_repeatedly: bool,
}

/// Count the test clips, each once, however often it was predicted.
pub(crate) fn distinct_clips(record: &RunRecord) -> usize {
    let folds = record.folds.iter();
    let predictions = folds.filter_map(|fold| fold.predictions.as_ref());
    let clips = predictions.flat_map(|predictions| &predictions.test);
    let distinct: HashSet<&str> = clips.map(|clip| clip.utterance.as_str()).collect();
    distinct.len()
}

fn judged_repeatedly(record: &RunRecord) -> bool {
    let evaluated = record.report.as_ref().map_or(0, |report| report.pooled.n);
    let distinct = distinct_clips(record);
    // A run without predictions has no clips to count.
    distinct > 0 && distinct < evaluated
}

/// Compare each pair of runs.
pub(crate) fn verdicts(
    records: &[RunRecord],
    names: &[String],
) -> Result<Vec<Verdict>, ReportError> {
    let mut verdicts = Vec::new();
    let runs: Vec<(&RunRecord, &String)> = records.iter().zip(names).collect();
    for (index, (one, first)) in runs.iter().enumerate() {
        for (other, second) in runs.iter().skip(index + 1) {
            let (comparison, not_comparable) = match compare(one, other)? {
                Ok(comparison) => (Some(comparison), None),
                Err(reason) => (None, Some(reason)),
            };
            verdicts.push(Verdict {
                first: (*first).clone(),
                second: (*second).clone(),
                comparison,
                not_comparable,
                judged_repeatedly: [one, other].into_iter().any(|run| judged_repeatedly(run)),
            });
        }
    }
    Ok(verdicts)
}

/// Compare two runs, or return the reason why they cannot be compared.
fn compare(
    one: &RunRecord,
    other: &RunRecord,
) -> Result<Result<PairedComparison, String>, ReportError> {
    if let Some(reason) = incomparable(one, other) {
        return Ok(Err(reason));
    }
    let (ours, theirs) = (one.test_predictions(), other.test_predictions());
    let theirs = by_clip(&theirs);
    // Each clip once.
    let mut pairs: Vec<(&ClipPrediction, &ClipPrediction)> = by_clip(&ours)
        .into_iter()
        .filter_map(|(clip, ours)| Some((ours, *theirs.get(clip)?)))
        .collect();
    if pairs.is_empty() {
        return Ok(Err("they have no test clip in common".into()));
    }
    pairs.sort_by(|a, b| a.0.utterance.cmp(&b.0.utterance));
    Ok(match PairedComparison::new(&one.targets, &pairs) {
        Err(error @ MetricsError::TruthsDiffer { .. }) => {
            Err(format!("their corpora are labeled differently ({error})"))
        }
        compared => Ok(compared?),
    })
}

/// Return the first prediction of each clip.
fn by_clip(predictions: &[ClipPrediction]) -> HashMap<&str, &ClipPrediction> {
    let mut clips = HashMap::new();
    for prediction in predictions {
        clips
            .entry(prediction.utterance.as_str())
            .or_insert(prediction);
    }
    clips
}

fn incomparable(one: &RunRecord, other: &RunRecord) -> Option<String> {
    if one.report.is_none() || other.report.is_none() {
        return Some("one of them has no results yet".into());
    }
    if one.label_scheme != other.label_scheme {
        // Sorted, so that the same reason is listed once.
        let mut schemes = [one, other].map(|record| record.label_scheme.name());
        schemes.sort_unstable();
        return Some(format!(
            "they have different classes ({})",
            schemes.join(" and ")
        ));
    }
    let (ours, theirs) = (&one.protocol, &other.protocol);
    let options = match ours.name {
        Protocol::Holdout => {
            ours.test_fraction == theirs.test_fraction
                && ours.balance_before_split == theirs.balance_before_split
        }
        Protocol::Speakers => ours.folds == theirs.folds,
        _ => true,
    };
    let protocol = |record: &RunRecord| {
        record
            .report
            .as_ref()
            .map_or_else(String::new, |report| report.protocol.clone())
    };
    (ours.name != theirs.name || !options).then(|| {
        let mut protocols = [one, other].map(protocol);
        protocols.sort_unstable();
        format!(
            "they were evaluated with different protocols, {}",
            protocols.join(" and ")
        )
    })
}
