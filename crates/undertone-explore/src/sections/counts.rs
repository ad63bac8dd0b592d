//! Counts of clips after each step of balancing.

use undertone_figures::page::{Block, Cell, Section, Table};
use undertone_figures::words::{clips, listed, plural};
use undertone_figures::{
    BarChart, Figure, FlowFigure, FlowLink, FlowStep, Histogram, Samples, Series, Stacking,
};

use super::figures::frame;
use crate::clip::NO_CLASS;
use crate::error::ExploreError;
use crate::exploration::Exploration;
use crate::flow::{Flow, Stage};

/// Largest number of speakers that get a bar each. More are shown as a histogram.
const MOST_SPEAKERS: usize = 40;

pub(super) fn section(exploration: &Exploration<'_>) -> Result<Section, ExploreError> {
    let flow = &exploration.flow;
    let mut blocks = vec![Block::Text(sentence(flow))];
    blocks.extend(flow.left_out.iter().cloned().map(Block::Note));
    blocks.push(Block::Figure(classes(flow, exploration)?));
    blocks.push(Block::Figure(by_emotion(flow)?));
    blocks.push(Block::Figure(by_label(flow)?));
    blocks.push(Block::Figure(groups(flow, "gender", |stage| {
        &stage.genders
    })?));
    blocks.push(Block::Figure(groups(flow, "intensity", |stage| {
        &stage.intensities
    })?));
    blocks.push(Block::Figure(by_speaker(flow)?));
    blocks.push(table(flow));
    Ok(Section {
        title: "Counts and balancing".into(),
        blocks,
    })
}

fn sentence(flow: &Flow) -> String {
    let steps: Vec<String> = flow
        .stages
        .iter()
        .map(|stage| format!("{} {}", stage.clips, stage.name))
        .collect();
    let balance = flow.stages.last().map_or_else(String::new, |last| {
        let labels = last.labels.iter().filter(|(label, _)| *label != NO_CLASS);
        let counts: Vec<usize> = labels.map(|(_, count)| *count).collect();
        match (counts.iter().min(), counts.iter().max()) {
            (Some(least), Some(most)) if least == most => {
                format!(" After that, every label has {}.", clips(*least))
            }
            (Some(least), Some(most)) => {
                format!(
                    " After that, labels have from {} to {}.",
                    clips(*least),
                    clips(*most)
                )
            }
            _ => String::new(),
        }
    });
    format!("Clips: {}.{balance}", listed(&steps))
}

/// Draw the classes from step to step: emotions first, and labels after the mapping.
fn classes(flow: &Flow, exploration: &Exploration<'_>) -> Result<Figure, ExploreError> {
    let steps = flow.stages.iter().map(|stage| {
        let classes = if stage.mapped {
            &stage.labels
        } else {
            &stage.emotions
        };
        FlowStep {
            name: stage.name.clone(),
            groups: counted(classes),
        }
    });
    let links = flow.stages.windows(2).map(|pair| match pair {
        [before, after] if before.mapped != after.mapped => mapping(before, exploration),
        _ => Vec::new(),
    });
    Ok(FlowFigure {
        frame: frame("From emotions as recorded to balanced labels").sized(860.0, 460.0),
        unit: "clips".into(),
        steps: steps.collect(),
        links: links.collect(),
    }
    .draw()?)
}

/// Return a link from every emotion to its label.
fn mapping(before: &Stage, exploration: &Exploration<'_>) -> Vec<FlowLink> {
    let scheme = &exploration.options.scheme;
    let place = |emotion: &str| {
        let emotion: undertone_corpus::Emotion = emotion.parse().ok()?;
        let label = scheme
            .label_of(emotion)
            .map_or(NO_CLASS, |label| scheme.labels()[label]);
        before.labels.iter().position(|(name, _)| *name == label)
    };
    before
        .emotions
        .iter()
        .enumerate()
        .filter_map(|(from, (emotion, count))| {
            Some(FlowLink {
                from,
                to: place(emotion)?,
                leaving: *count as f64,
                arriving: *count as f64,
            })
        })
        .collect()
}

fn counted<T: ToString>(groups: &[(T, usize)]) -> Vec<(String, f64)> {
    groups
        .iter()
        .map(|(name, count)| (name.to_string(), *count as f64))
        .collect()
}

/// Return the stages whose counts differ. The mapping only changes names.
fn counting(flow: &Flow) -> impl Iterator<Item = &Stage> + Clone {
    let stages = flow.stages.iter();
    stages.filter(|stage| stage.name != "after mapping to labels")
}

fn by_emotion(flow: &Flow) -> Result<Figure, ExploreError> {
    let categories = flow.stages.first().map_or_else(Vec::new, |stage| {
        let names = stage.emotions.iter();
        names.map(|(name, _)| (*name).to_owned()).collect()
    });
    bars("Clips by emotion", "emotion", categories, flow, |stage| {
        counted(&stage.emotions)
    })
}

fn by_label(flow: &Flow) -> Result<Figure, ExploreError> {
    let categories = flow.stages.first().map_or_else(Vec::new, |stage| {
        let names = stage.labels.iter();
        names.map(|(name, _)| (*name).to_owned()).collect()
    });
    bars("Clips by label", "label", categories, flow, |stage| {
        counted(&stage.labels)
    })
}

fn bars(
    title: &str,
    category: &str,
    categories: Vec<String>,
    flow: &Flow,
    groups: impl Fn(&Stage) -> Vec<(String, f64)>,
) -> Result<Figure, ExploreError> {
    let series = counting(flow).map(|stage| Series {
        name: stage.name.clone(),
        values: groups(stage).into_iter().map(|(_, count)| count).collect(),
    });
    Ok(BarChart {
        frame: frame(title).sized(860.0, 420.0),
        category_label: category.into(),
        value_label: "clips".into(),
        categories,
        series: series.collect(),
        stacking: Stacking::Grouped,
    }
    .draw()?)
}

fn groups(
    flow: &Flow,
    what: &str,
    of: fn(&Stage) -> &Vec<(String, usize)>,
) -> Result<Figure, ExploreError> {
    Ok(FlowFigure {
        frame: frame(format!("Clips by {what}")).sized(860.0, 300.0),
        unit: "clips".into(),
        steps: counting(flow)
            .map(|stage| FlowStep {
                name: stage.name.clone(),
                groups: counted(of(stage)),
            })
            .collect(),
        links: Vec::new(),
    }
    .draw()?)
}

fn by_speaker(flow: &Flow) -> Result<Figure, ExploreError> {
    let speakers = flow.stages.first().map_or(0, |stage| stage.speakers.len());
    if speakers <= MOST_SPEAKERS {
        let categories = flow.stages.first().map_or_else(Vec::new, |stage| {
            let names = stage.speakers.iter();
            names.map(|(name, _)| name.clone()).collect()
        });
        return bars("Clips by speaker", "speaker", categories, flow, |stage| {
            counted(&stage.speakers)
        });
    }
    let series = counting(flow).map(|stage| Samples {
        name: stage.name.clone(),
        values: stage.speakers.iter().map(|(_, n)| *n as f64).collect(),
    });
    Ok(Histogram {
        frame: frame("Clips by speaker").noted(format!(
            "{}, too many to name each",
            plural(speakers, "speaker", "speakers")
        )),
        value_label: "clips of a speaker".into(),
        count_label: "speakers".into(),
        bins: 0,
        series: series.collect(),
        markers: Vec::new(),
    }
    .draw()?)
}

/// Returns the groups of one kind in a stage.
type Groups = fn(&Stage) -> Vec<(String, f64)>;

/// Return all counts except those of speakers.
fn table(flow: &Flow) -> Block {
    let mut header = vec!["".to_owned(), "".to_owned()];
    header.extend(flow.stages.iter().map(|stage| stage.name.clone()));
    let kinds: [(&str, Groups); 4] = [
        ("emotion", |stage| counted(&stage.emotions)),
        ("label", |stage| counted(&stage.labels)),
        ("gender", |stage| counted(&stage.genders)),
        ("intensity", |stage| counted(&stage.intensities)),
    ];
    let mut rows = Vec::new();
    for (kind, of) in kinds {
        let stages: Vec<_> = flow.stages.iter().map(of).collect();
        let names = stages.first().into_iter().flatten();
        for (place, (name, _)) in names.enumerate() {
            let mut row = vec![Cell::Text(kind.to_owned()), Cell::Text(name.clone())];
            row.extend(stages.iter().map(|stage| {
                let count = stage.get(place).map_or(0.0, |(_, count)| *count);
                Cell::Number(count.to_string())
            }));
            rows.push(row);
        }
    }
    Block::Details {
        summary: "All counts as a table".into(),
        blocks: vec![Block::Table(Table {
            caption: "Clips after each step. A repeated clip counts as often as it occurs.".into(),
            header,
            rows,
        })],
    }
}
