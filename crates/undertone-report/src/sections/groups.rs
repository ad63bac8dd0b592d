//! Scores by gender and by speaker.

use std::collections::{BTreeMap, BTreeSet};

use undertone_figures::page::{Block, Section};
use undertone_figures::words::{count, in_percent};
use undertone_figures::{Figure, Interval, IntervalPlot, Marker};
use undertone_metrics::{
    ClipPrediction, Evaluation, GroupScores, Report, Score, gender_permutation_test,
    speaker_permutation_test,
};

use super::subject::Subject;
use crate::error::ReportError;
use crate::extremes::lowest_and_highest;
use crate::groups::{UNKNOWN_SPEAKERS, by_group, speakers_are_known};
use crate::numbers::p_value;

/// Smallest number of clips for which the UAR of a group is compared.
const FEWEST: usize = 10;
/// Significance level.
const SIGNIFICANT: f64 = 0.05;

/// A group and its UAR with an interval.
struct Group {
    name: String,
    clips: usize,
    uar: Score,
}

pub(super) fn section(subject: &Subject<'_>) -> Result<Option<Section>, ReportError> {
    let predictions = subject.record.test_predictions();
    let (Some(report), false) = (&subject.record.report, predictions.is_empty()) else {
        return Ok(None);
    };
    let labels = &subject.record.targets;
    let mut blocks = Vec::new();
    let genders = evaluated(labels, &predictions, &report.pooled.by_gender, gender_of)?;
    if genders.is_empty() {
        blocks.push(Block::Note(
            "The corpus does not contain the speakers' genders.".into(),
        ));
    } else {
        blocks.push(Block::Text(gap(
            &genders,
            "gender",
            &predictions,
            gender_of,
            chance_by_gender,
        )));
        blocks.push(Block::Figure(figure(subject, report, "gender", &genders)?));
    }
    let methods = if speakers_are_known(&predictions) {
        let by_speaker = &report.pooled.by_speaker;
        let speakers = evaluated(labels, &predictions, by_speaker, speaker_of)?;
        blocks.push(Block::Text(gap(
            &speakers,
            "speaker",
            &predictions,
            speaker_of,
            |tested| Some(speaker_permutation_test(tested)),
        )));
        blocks.push(Block::Figure(figure(
            subject, report, "speaker", &speakers,
        )?));
        "The intervals of genders are a bootstrap over whole speakers, those of speakers over \
         single clips. The tests permute the genders of whole speakers, and the speakers of clips \
         of the same class, 1000 times. The UAR of a group is the mean over the classes of which \
         it has clips."
    } else {
        blocks.push(Block::Note(UNKNOWN_SPEAKERS.into()));
        "The UAR of a group is the mean over the classes of which it has clips. A clip whose \
         speaker is not known counts as a speaker of its own, in the intervals and the tests too."
    };
    blocks.push(Block::Text(methods.into()));
    Ok(Some(Section {
        title: "Speakers".into(),
        blocks,
    }))
}

fn gender_of(prediction: &ClipPrediction) -> &str {
    prediction.gender.as_deref().unwrap_or("unknown")
}

fn speaker_of(prediction: &ClipPrediction) -> &str {
    &prediction.speaker
}

fn evaluated<'a>(
    labels: &[String],
    predictions: &'a [ClipPrediction],
    groups: &[GroupScores],
    name: impl Fn(&'a ClipPrediction) -> &'a str,
) -> Result<Vec<Group>, ReportError> {
    let own = by_group(predictions, name);
    groups
        .iter()
        .filter_map(|group| Some((group, own.get(group.name.as_str())?)))
        .map(|(group, own)| {
            Ok(Group {
                name: group.name.clone(),
                clips: own.len(),
                uar: Evaluation::new(labels, own)?.uar,
            })
        })
        .collect()
}

/// Describe the gap between the groups, and test whether it is significant, using the groups with
/// enough clips.
fn gap(
    groups: &[Group],
    kind: &str,
    predictions: &[ClipPrediction],
    name: impl Fn(&ClipPrediction) -> &str,
    chance: impl Fn(&[&ClipPrediction]) -> Option<f64>,
) -> String {
    if let [only] = groups {
        return format!("All clips are of one {kind}, {}.", only.name);
    }
    let enough: Vec<&Group> = groups
        .iter()
        .filter(|group| group.clips >= FEWEST)
        .collect();
    let compared = if enough.len() < 2 {
        groups.iter().collect()
    } else {
        enough.clone()
    };
    let by_uar = |a: &&&Group, b: &&&Group| a.uar.value.total_cmp(&b.uar.value);
    let (Some(low), Some(high)) = (
        compared.iter().min_by(by_uar),
        compared.iter().max_by(by_uar),
    ) else {
        return String::new();
    };
    let among = if compared.len() < groups.len() {
        format!(
            " (of the {} of {} with {FEWEST} clips or more)",
            compared.len(),
            groups.len()
        )
    } else {
        String::new()
    };
    let names: BTreeSet<&str> = enough.iter().map(|group| group.name.as_str()).collect();
    let tested: Vec<&ClipPrediction> = predictions
        .iter()
        .filter(|prediction| names.contains(name(prediction)))
        .collect();
    let p = if enough.len() < 2 {
        None
    } else {
        chance(&tested)
    };
    let verdict = match p {
        None => {
            "There are too few clips or speakers to test whether the gap is significant.".to_owned()
        }
        Some(p) if p < SIGNIFICANT => format!(
            "The gap is significant: if the model were equally good for every {kind}, a gap this \
             large would be rare ({}, permutation test).",
            p_value(p)
        ),
        Some(p) => format!(
            "The gap may be chance: if the model were equally good for every {kind}, a gap this \
             large would occur in {} % of the cases (permutation test).",
            in_percent(p)
        ),
    };
    format!(
        "By {kind}{among}, UAR ranges from {} % ({}, {}) to {} % ({}, {}). {verdict}",
        in_percent(low.uar.value),
        low.name,
        count(low.clips, "clip"),
        in_percent(high.uar.value),
        high.name,
        count(high.clips, "clip"),
    )
}

/// Test the gap between genders; `None` if there are fewer than 4 speakers per gender. 4 and 4
/// speakers can be permuted in 70 ways.
fn chance_by_gender(predictions: &[&ClipPrediction]) -> Option<f64> {
    let mut speakers: BTreeMap<Option<&str>, BTreeSet<&str>> = BTreeMap::new();
    for prediction in predictions {
        let gender = speakers.entry(prediction.gender.as_deref()).or_default();
        gender.insert(&prediction.speaker);
    }
    let enough = speakers.values().all(|speakers| speakers.len() >= 4);
    enough.then(|| gender_permutation_test(predictions))
}

fn figure(
    subject: &Subject<'_>,
    report: &Report,
    kind: &str,
    groups: &[Group],
) -> Result<Figure, ReportError> {
    let interval = |group: &Group| Interval {
        name: group.name.clone(),
        value: 100.0 * group.uar.value,
        bounds: Some((
            100.0 * group.uar.interval.low,
            100.0 * group.uar.interval.high,
        )),
    };
    let all = 100.0 * report.pooled.uar.value;
    let (groups, left_out) = lowest_and_highest(groups.iter().map(interval).collect());
    let comma = if left_out.is_empty() { "" } else { ", " };
    Ok(IntervalPlot {
        frame: subject
            .frame(&format!("UAR by {kind}"))
            .noted(format!(
                "test clips, protocol {}{comma}{left_out}",
                report.protocol_name()
            ))
            .sized(720.0, 200.0),
        group_label: kind.into(),
        value_label: "UAR (%), 95 % interval".into(),
        groups,
        range: Some((0.0, 100.0)),
        markers: vec![Marker {
            name: format!("all clips, {all:.1} %"),
            value: all,
        }],
    }
    .draw()?)
}
