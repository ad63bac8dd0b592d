//! The overview.

use std::collections::BTreeSet;

use undertone_figures::page::{Block, Cell, Section, Table};
use undertone_figures::words::{clips, length, listed, number, percent, plural};

use crate::clip::gender_of;
use crate::exploration::Exploration;
use crate::metrics::{DURATION, LEVEL, METRICS, PITCH, RATE};
use crate::spread::Spread;

pub(super) fn section(exploration: &Exploration<'_>) -> Section {
    let mut findings: Vec<String> = [DURATION, LEVEL, PITCH, RATE]
        .iter()
        .map(|metric| metric.sentence(exploration))
        .collect();
    findings.insert(0, trimming(exploration));
    findings.extend(explained(exploration));
    Section {
        title: "At a glance".into(),
        blocks: vec![
            Block::KeyValues(facts(exploration)),
            Block::List(findings),
            medians(exploration),
            Block::Text(
                "The next table shows how much of the variance of each measure emotion, gender and \
                 speaker explain."
                    .into(),
            ),
            shares(exploration),
        ],
    }
}

/// Say how much audio trimming keeps.
pub(super) fn trimming(exploration: &Exploration<'_>) -> String {
    let (recorded, kept) = (exploration.recorded_seconds(), exploration.kept_seconds());
    let top_db = exploration.options.trimming.config.top_db;
    if !top_db.is_finite() {
        return format!("Nothing is trimmed; all {} are kept.", length(recorded));
    }
    format!(
        "Trimming at {top_db}\u{a0}dB below the loudest frame keeps {} of {}: {}.",
        length(kept),
        length(recorded),
        percent(kept / recorded)
    )
}

fn facts(exploration: &Exploration<'_>) -> Vec<(String, String)> {
    let unreadable = exploration.unreadable.len();
    let mut speakers = BTreeSet::new();
    let mut rates = BTreeSet::new();
    for clip in &exploration.clips {
        let utterance = exploration.utterance(clip);
        speakers.insert((gender_of(utterance), utterance.speaker_name()));
        rates.insert(clip.measures.sample_rate);
    }
    let genders: Vec<String> = ["female", "male", "unknown"]
        .into_iter()
        .filter_map(|gender| {
            let count = speakers.iter().filter(|(of, _)| *of == gender).count();
            (count > 0).then(|| match gender {
                "unknown" => format!("{count} of unknown gender"),
                known => format!("{count} {known}"),
            })
        })
        .collect();
    let rates: Vec<String> = rates.iter().map(ToString::to_string).collect();
    let problems = exploration.findings.len();
    let fact = |name: &str, value: String| (name.to_owned(), value);
    vec![
        fact(
            "clips",
            match unreadable {
                0 => clips(exploration.clips.len()),
                _ => format!(
                    "{}, {unreadable} cannot be read",
                    clips(exploration.clips.len())
                ),
            },
        ),
        fact("speakers", listed(&genders)),
        fact(
            "emotions",
            plural(exploration.emotions().len(), "emotion", "emotions"),
        ),
        fact("as recorded", length(exploration.recorded_seconds())),
        fact("after trimming", length(exploration.kept_seconds())),
        fact("sample rates", format!("{} Hz", few(&rates))),
        fact("labels", exploration.options.scheme.name().to_owned()),
        fact(
            "problems",
            match problems {
                0 => "none found".to_owned(),
                _ => plural(problems, "kind of problem", "kinds of problem"),
            },
        ),
    ]
}

fn few(words: &[String]) -> String {
    match words.get(..4) {
        Some(first) if words.len() > 4 => {
            format!("{} and {} more", first.join(", "), words.len() - 4)
        }
        _ => listed(words),
    }
}

/// Return the medians by emotion and measure.
fn medians(exploration: &Exploration<'_>) -> Block {
    let mut header = vec!["emotion".to_owned(), "clips".to_owned()];
    header.extend(METRICS.iter().map(|metric| metric.short.to_owned()));
    let rows = exploration.emotions().into_iter().map(|emotion| {
        let count = exploration.of_emotion(emotion).count();
        let mut row = vec![
            Cell::Text(emotion.to_string()),
            Cell::Number(count.to_string()),
        ];
        row.extend(METRICS.iter().map(|metric| {
            let spread = Spread::of(metric.values(exploration, emotion));
            let median = spread.map(|spread| number(spread.median, metric.decimals));
            Cell::Number(median.unwrap_or_else(|| "–".into()))
        }));
        row
    });
    Block::Table(Table {
        caption: "Medians by emotion. The numbers of every clip are in clips.csv.".into(),
        rows: rows.collect(),
        header,
    })
}

/// Return the shares of variance that emotion, gender and speaker explain.
fn shares(exploration: &Exploration<'_>) -> Block {
    let rows = METRICS.iter().map(|metric| {
        let share = |share: Option<f64>| {
            Cell::Number(share.map_or_else(|| "–".into(), |share| number(100.0 * share, 0)))
        };
        vec![
            Cell::Text(metric.title.to_owned()),
            share(metric.explained_by(exploration, |clip| clip.emotion)),
            share(metric.explained_by(exploration, gender_of)),
            share(metric.explained_by(exploration, |clip| clip.speaker_name().to_owned())),
        ]
    });
    Block::Table(Table {
        caption: "Variance between groups, % (ε²: less what chance alone gives)".into(),
        header: ["measure", "emotion", "gender", "speaker"]
            .map(str::to_owned)
            .into(),
        rows: rows.collect(),
    })
}

/// Say which measure depends most on the emotion.
fn explained(exploration: &Exploration<'_>) -> Option<String> {
    let shares = METRICS.iter().filter_map(|metric| {
        let emotion = metric.explained_by(exploration, |clip| clip.emotion)?;
        Some((metric, emotion))
    });
    let (metric, emotion) = shares.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    let speaker = metric.explained_by(exploration, |clip| clip.speaker_name().to_owned());
    let speaker = speaker.map_or_else(String::new, |speaker| {
        format!(", the speaker {}", percent(speaker))
    });
    Some(format!(
        "Of these measures, {} depends most on the emotion, which explains {} of its \
         variance{speaker}.",
        metric.title.to_lowercase(),
        percent(emotion)
    ))
}
