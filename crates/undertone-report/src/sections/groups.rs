//! Whether the model is as good for everybody.

use undertone_figures::page::{Block, Section};
use undertone_figures::{Figure, Interval, IntervalPlot, Marker};
use undertone_lab::judging::{Evaluation, GroupScores, Outcome, Report, Score};

use super::Subject;
use crate::error::ReportError;
use crate::numbers::percent;

/// A group and its UAR with an interval.
struct Judged {
    name: String,
    clips: usize,
    uar: Score,
}

pub(super) fn section(subject: &Subject<'_>) -> Result<Option<Section>, ReportError> {
    let outcomes = subject.record.test_outcomes();
    let (Some(report), false) = (&subject.record.report, outcomes.is_empty()) else {
        return Ok(None);
    };
    let labels = subject.record.labels();
    let mut blocks = Vec::new();
    let genders = judged(&labels, &outcomes, &report.pooled.by_gender, |outcome| {
        outcome.gender.as_deref().unwrap_or("unknown")
    })?;
    if genders.is_empty() {
        blocks.push(Block::Note(
            "The corpus does not tell the speakers' genders.".into(),
        ));
    } else {
        blocks.push(Block::Text(gap(&genders, "gender")));
        blocks.push(Block::Figure(figure(subject, report, "gender", &genders)?));
    }
    let speakers = judged(&labels, &outcomes, &report.pooled.by_speaker, |outcome| {
        &outcome.speaker
    })?;
    blocks.push(Block::Text(gap(&speakers, "speaker")));
    blocks.push(Block::Figure(figure(
        subject, report, "speaker", &speakers,
    )?));
    blocks.push(Block::Text(
        "A gender's interval draws whole speakers, a speaker's draws single clips. UAR runs over the classes that \
         the group has clips of."
            .into(),
    ));
    Ok(Some(Section {
        title: "Speakers".into(),
        blocks,
    }))
}

fn judged<'a>(
    labels: &[String],
    outcomes: &'a [Outcome],
    groups: &[GroupScores],
    name: impl Fn(&'a Outcome) -> &'a str,
) -> Result<Vec<Judged>, ReportError> {
    groups
        .iter()
        .map(|group| {
            let own: Vec<Outcome> = outcomes
                .iter()
                .filter(|outcome| name(outcome) == group.name)
                .cloned()
                .collect();
            let uar = Evaluation::new(labels, &own)?.uar;
            Ok(Judged {
                name: group.name.clone(),
                clips: own.len(),
                uar,
            })
        })
        .collect()
}

/// How far the groups are apart, in words.
fn gap(groups: &[Judged], kind: &str) -> String {
    let by_uar = |a: &&Judged, b: &&Judged| a.uar.value.total_cmp(&b.uar.value);
    let (Some(low), Some(high)) = (groups.iter().min_by(by_uar), groups.iter().max_by(by_uar))
    else {
        return String::new();
    };
    if groups.len() < 2 {
        return format!("All clips are of one {kind}, {}.", low.name);
    }
    let apart = if low.uar.interval.high < high.uar.interval.low {
        "Their intervals do not overlap: the model is not as good for both."
    } else {
        "Their intervals overlap: chance alone could make such a difference."
    };
    format!(
        "By {kind}, UAR goes from {} % ({}, {} clips) to {} % ({}, {} clips). {apart}",
        percent(low.uar.value),
        low.name,
        low.clips,
        percent(high.uar.value),
        high.name,
        high.clips,
    )
}

fn figure(
    subject: &Subject<'_>,
    report: &Report,
    kind: &str,
    groups: &[Judged],
) -> Result<Figure, ReportError> {
    let interval = |group: &Judged| Interval {
        name: group.name.clone(),
        value: 100.0 * group.uar.value,
        bounds: Some((
            100.0 * group.uar.interval.low,
            100.0 * group.uar.interval.high,
        )),
    };
    let all = 100.0 * report.pooled.uar.value;
    Ok(IntervalPlot {
        frame: subject
            .frame(&format!("UAR by {kind}"))
            .noted(format!("test clips, protocol {}", report.protocol_name()))
            .sized(720.0, 200.0),
        group_label: kind.into(),
        value_label: "UAR (%), 95 % interval".into(),
        groups: groups.iter().map(interval).collect(),
        range: Some((0.0, 100.0)),
        markers: vec![Marker {
            name: format!("all clips, {all:.1} %"),
            value: all,
        }],
    }
    .draw()?)
}
