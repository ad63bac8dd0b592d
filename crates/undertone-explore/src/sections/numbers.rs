//! The numbers that the corpus states of its clips, such as arousal.

use std::collections::{BTreeMap, BTreeSet};

use undertone_figures::page::{Block, Cell, Section, Table};
use undertone_figures::words::clips;
use undertone_figures::{Histogram, Samples, ViolinPlot};

use super::figures::frame;
use crate::clip::gender_of;
use crate::error::ExploreError;
use crate::exploration::Exploration;
use crate::metrics::METRICS;
use crate::numbers::{correlation, names, values};
use crate::spread::Spread;

/// Return the section, unless the corpus states no numbers.
pub(super) fn section(exploration: &Exploration<'_>) -> Result<Option<Section>, ExploreError> {
    let names = names(exploration);
    if names.is_empty() {
        return Ok(None);
    }
    let mut blocks = Vec::new();
    for name in &names {
        blocks.extend(sentence(exploration, name).map(Block::Text));
        blocks.push(by_gender(exploration, name)?);
        blocks.extend(by_emotion(exploration, name)?);
    }
    blocks.push(Block::Table(correlations(exploration, &names)));
    Ok(Some(Section {
        title: "Numbers".into(),
        blocks,
    }))
}

fn sentence(exploration: &Exploration<'_>, name: &str) -> Option<String> {
    let spread = Spread::of(values(exploration, name).map(|(_, value)| value))?;
    let without = exploration.clips.len() - spread.count;
    let lacking = match without {
        0 => String::new(),
        without => format!(" {} of the corpus have none.", clips(without)),
    };
    Some(format!(
        "{name}: {}, from {:.2} to {:.2}, mean {:.2}, half of them between {:.2} and {:.2}.{lacking}",
        clips(spread.count),
        spread.min,
        spread.max,
        spread.mean,
        spread.lower_quartile,
        spread.upper_quartile
    ))
}

fn by_gender(exploration: &Exploration<'_>, name: &str) -> Result<Block, ExploreError> {
    let mut series: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (clip, value) in values(exploration, name) {
        let gender = gender_of(exploration.utterance(clip));
        series.entry(gender).or_default().push(value);
    }
    let figure = Histogram {
        frame: frame(format!("Distribution of {name}")),
        value_label: name.to_owned(),
        count_label: "clips".into(),
        bins: 0,
        series: samples(series),
        markers: Vec::new(),
    };
    Ok(Block::Figure(figure.draw()?))
}

/// Draw the number by emotion, if the corpus states at least two.
fn by_emotion(exploration: &Exploration<'_>, name: &str) -> Result<Option<Block>, ExploreError> {
    let mut series: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (clip, value) in values(exploration, name) {
        let emotion = exploration.utterance(clip).emotion;
        if !emotion.is_unlabeled() {
            series.entry(emotion.name()).or_default().push(value);
        }
    }
    if series.len() < 2 {
        return Ok(None);
    }
    let figure = ViolinPlot {
        frame: frame(format!("{name} by emotion")),
        category_label: "emotion".into(),
        value_label: name.to_owned(),
        categories: samples(series),
    };
    Ok(Some(Block::Figure(figure.draw()?)))
}

fn samples(series: BTreeMap<&str, Vec<f64>>) -> Vec<Samples> {
    let sample = |(name, values): (&str, Vec<f64>)| Samples {
        name: name.to_owned(),
        values,
    };
    series.into_iter().map(sample).collect()
}

/// Return a table of the correlations of each number with the measures and the other numbers.
fn correlations(exploration: &Exploration<'_>, names: &BTreeSet<&str>) -> Table {
    let cell = |r: Option<f64>| Cell::Number(r.map_or_else(String::new, |r| format!("{r:.2}")));
    let measures = METRICS.iter().map(|metric| {
        let mut row = vec![Cell::Text(metric.title.to_owned())];
        row.extend(names.iter().map(|name| {
            cell(correlation(exploration, name, |clip| {
                (metric.of)(&clip.measures)
            }))
        }));
        row
    });
    let others = names.iter().filter(|_| names.len() > 1).map(|other| {
        let mut row = vec![Cell::Text((*other).to_owned())];
        row.extend(names.iter().map(|name| {
            cell(correlation(exploration, name, |clip| {
                let values = &exploration.utterance(clip).values;
                values.get(*other).copied()
            }))
        }));
        row
    });
    let mut header = vec!["Pearson's r with".to_owned()];
    header.extend(names.iter().map(|name| (*name).to_owned()));
    Table {
        caption: "How the numbers go with what was measured, over clips".into(),
        header,
        rows: measures.chain(others).collect(),
    }
}
