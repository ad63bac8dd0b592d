//! The sections that compare several runs.

use std::collections::{BTreeMap, BTreeSet};

use undertone_figures::page::{Block, Cell, Section, Table};
use undertone_figures::words::{count, in_percent};
use undertone_figures::{Frame, Interval, IntervalPlot};
use undertone_lab::RunRecord;
use undertone_metrics::{PairedComparison, Report, ResampleUnit, holm};

use crate::comparison::Verdict;
use crate::error::ReportError;
use crate::extremes::lowest_and_highest;
use crate::numbers::{p_value, with_interval};

/// Significance level.
const SIGNIFICANT: f64 = 0.05;

pub(crate) fn sections(
    records: &[RunRecord],
    names: &[String],
    verdicts: &[Verdict],
) -> Result<Vec<Section>, ReportError> {
    let protocols: BTreeSet<String> = records
        .iter()
        .filter_map(|record| Some(record.report.as_ref()?.protocol.clone()))
        .collect();
    let mut overview = vec![
        Block::Table(table(records, names)),
        Block::Text("The protocols with their options:".into()),
        Block::List(protocols.into_iter().collect()),
    ];
    if let Some(figure) = figure(records, names)? {
        overview.push(figure);
    }
    let compared: Vec<(&Verdict, &PairedComparison)> = verdicts
        .iter()
        .filter_map(|verdict| Some((verdict, verdict.comparison.as_ref()?)))
        .collect();
    let adjusted = |p: fn(&PairedComparison) -> f64| {
        let found: Vec<f64> = compared.iter().map(|(_, made)| p(made)).collect();
        holm(&found)
    };
    let (right, recall) = (adjusted(|c| c.mcnemar_p), adjusted(|c| c.uar_difference_p));
    let mut blocks = Vec::new();
    for ((verdict, comparison), p) in compared.iter().zip(right.into_iter().zip(recall)) {
        blocks.push(Block::Heading(format!(
            "{} and {}",
            verdict.first, verdict.second
        )));
        blocks.push(Block::Text(in_words(
            verdict,
            comparison,
            p,
            compared.len(),
        )));
        blocks.push(Block::Table(two_by_two(verdict, comparison)));
    }
    blocks.extend(not_compared(verdicts));
    Ok(vec![
        Section {
            title: "Side by side".into(),
            blocks: overview,
        },
        Section {
            title: "Which is better".into(),
            blocks,
        },
    ])
}

/// List the pairs that cannot be compared, by reason.
fn not_compared(verdicts: &[Verdict]) -> Vec<Block> {
    let mut by_reason: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for verdict in verdicts {
        if let Some(reason) = &verdict.not_comparable {
            let pair = format!("{} and {}", verdict.first, verdict.second);
            by_reason.entry(reason).or_default().push(pair);
        }
    }
    if by_reason.is_empty() {
        return Vec::new();
    }
    let lines = by_reason
        .into_iter()
        .map(|(reason, pairs)| format!("{}: {reason}.", pairs.join("; ")));
    vec![
        Block::Heading("Runs that cannot be compared".into()),
        Block::List(lines.collect()),
    ]
}

fn table(records: &[RunRecord], names: &[String]) -> Table {
    let row = |(record, name): (&RunRecord, &String)| {
        let state = if record.finished { "" } else { " (unfinished)" };
        let mut row = vec![
            Cell::Text(format!("{name}{state}")),
            Cell::Text(record.name.clone()),
            Cell::Text(record.label_scheme.name().into()),
        ];
        match &record.report {
            Some(report) => {
                let pooled = &report.pooled;
                row.push(Cell::Text(report.protocol_name().to_owned()));
                row.push(Cell::Number(pooled.n.to_string()));
                let scores = [&pooled.wa, &pooled.uar, &pooled.macro_f1];
                row.extend(scores.map(|score| Cell::Number(with_interval(score))));
                row.push(Cell::Number(in_percent(pooled.calibration_error)));
            }
            None => row.push(Cell::Text("no results yet".into())),
        }
        row
    };
    let header = [
        "run",
        "recipe",
        "classes",
        "protocol",
        "clips",
        "WA",
        "UAR",
        "macro F1",
        "calibration error",
    ]
    .map(String::from)
    .into();
    Table {
        caption: "Scores on the test sets in % with 95 % intervals. Compare only rows with the \
                  same classes and protocol."
            .into(),
        header,
        rows: records.iter().zip(names).map(row).collect(),
    }
}

fn figure(records: &[RunRecord], names: &[String]) -> Result<Option<Block>, ReportError> {
    let evaluated: Vec<(&Report, &String)> = records
        .iter()
        .zip(names)
        .filter_map(|(record, name)| Some((record.report.as_ref()?, name)))
        .collect();
    if evaluated.len() < 2 {
        return Ok(None);
    }
    let task = |report: &Report| format!("{}, {}", report.label_scheme, report.protocol_name());
    let first = task(evaluated[0].0);
    let alike = evaluated.iter().all(|(report, _)| task(report) == first);
    let groups = evaluated.iter().map(|(report, name)| {
        let uar = report.pooled.uar;
        Interval {
            name: match alike {
                true => (*name).clone(),
                false => format!("{name} ({})", task(report)),
            },
            value: 100.0 * uar.value,
            bounds: Some((100.0 * uar.interval.low, 100.0 * uar.interval.high)),
        }
    });
    let (groups, left_out) = lowest_and_highest(groups.collect());
    let note = match (alike, left_out.is_empty()) {
        (true, true) => first,
        (true, false) => format!("{first}; {left_out}"),
        (false, _) => left_out,
    };
    let figure = IntervalPlot {
        frame: Frame::new("UAR by run").noted(note).sized(760.0, 220.0),
        group_label: "run".into(),
        value_label: "UAR (%), 95 % interval".into(),
        groups,
        range: Some((0.0, 100.0)),
        markers: Vec::new(),
    }
    .draw()?;
    Ok(Some(Block::Figure(figure)))
}

fn in_words(
    verdict: &Verdict,
    comparison: &PairedComparison,
    adjusted: (f64, f64),
    tests: usize,
) -> String {
    let (first, second) = (&verdict.first, &verdict.second);
    let right = |alone: usize| alone + comparison.both_right;
    let difference = comparison.uar_difference;
    let (better, worse) = if difference.value >= 0.0 {
        (first, second)
    } else {
        (second, first)
    };
    let sign = difference.value.signum();
    let ends = [
        difference.interval.low * sign,
        difference.interval.high * sign,
    ];
    let [low, high] = [ends[0].min(ends[1]), ends[0].max(ends[1])].map(in_percent);
    let units = match comparison.bootstrap.unit {
        ResampleUnit::Speakers => "whole speakers",
        ResampleUnit::Clips => "single clips",
    };
    let first_only = if verdict.judged_repeatedly {
        " If a run predicted a clip several times, the first prediction counts."
    } else {
        ""
    };
    let mut text = format!(
        "Both predicted {} of {}.{first_only} {first} is correct on {}, {second} on {}. On {} \
         only {first} is correct, on {} only {second}: McNemar's exact test gives {}",
        count(comparison.clips, "clip"),
        count(comparison.speakers, "speaker"),
        right(comparison.only_first_right),
        right(comparison.only_second_right),
        comparison.only_first_right,
        comparison.only_second_right,
        p_value(comparison.mcnemar_p),
    );
    let corrected = |p: f64| match tests {
        0 | 1 => String::new(),
        _ => format!(
            " ({} after Holm's correction for {tests} comparisons)",
            p_value(p)
        ),
    };
    text += &corrected(adjusted.0);
    text += &format!(
        ". The UAR of {better} is {} points higher than that of {worse}, 95 % interval {low} to \
         {high} (paired bootstrap over {units}), {}{}. ",
        in_percent(difference.value.abs()),
        p_value(comparison.uar_difference_p),
        corrected(adjusted.1),
    );
    text += &match (adjusted.0 < SIGNIFICANT, adjusted.1 < SIGNIFICANT) {
        (true, true) => format!("So {better} is significantly better."),
        (false, false) => "So the two may be equally good: the difference may be chance.".into(),
        (true, false) => {
            "So the number of correct clips differs significantly, but the UAR does not.".into()
        }
        (false, true) => {
            "So the UAR differs significantly, but the number of correct clips does not.".into()
        }
    };
    text
}

fn two_by_two(verdict: &Verdict, comparison: &PairedComparison) -> Table {
    let row = |name: String, cells: [usize; 2]| {
        let mut row = vec![Cell::Text(name)];
        row.extend(cells.map(|clips| Cell::Number(clips.to_string())));
        row
    };
    Table {
        caption: "Clips that both predicted".into(),
        header: vec![
            String::new(),
            format!("{} correct", verdict.second),
            format!("{} wrong", verdict.second),
        ],
        rows: vec![
            row(
                format!("{} correct", verdict.first),
                [comparison.both_right, comparison.only_first_right],
            ),
            row(
                format!("{} wrong", verdict.first),
                [comparison.only_second_right, comparison.both_wrong],
            ),
        ],
    }
}
