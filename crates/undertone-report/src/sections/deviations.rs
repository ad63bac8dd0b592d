//! The predictions of numbers that are farthest from the truth, to listen to.

use std::collections::HashSet;

use undertone_figures::page::{Block, Cell, Section, Table};
use undertone_metrics::DimensionPrediction;

use super::subject::Subject;

/// Number of clips that are shown for each dimension.
const SHOWN: usize = 12;

pub(super) fn section(subject: &Subject<'_, DimensionPrediction>) -> Option<Section> {
    let predictions = subject.record.test_predictions();
    if predictions.is_empty() {
        return None;
    }
    let mut blocks = Vec::new();
    if !subject.voices.are_known() {
        let note = "To listen to the clips, name the corpus: undertone report --corpus DIR RUN.";
        blocks.push(Block::Note(note.into()));
    }
    for (index, dimension) in subject.record.targets.iter().enumerate() {
        let rows = farthest(&predictions, index)
            .into_iter()
            .map(|clip| row(subject, clip, index));
        blocks.push(Block::Table(Table {
            caption: format!("Test clips whose {dimension} is farthest from the truth"),
            header: ["clip", "speaker", "true", "predicted", "listen"]
                .map(String::from)
                .into(),
            rows: rows.collect(),
        }));
    }
    Some(Section {
        title: "Largest errors".into(),
        blocks,
    })
}

/// Return the clips with the largest errors of a dimension, each once.
fn farthest(predictions: &[DimensionPrediction], index: usize) -> Vec<&DimensionPrediction> {
    let error = |clip: &DimensionPrediction| (clip.predicted[index] - clip.truth[index]).abs();
    let mut clips: Vec<&DimensionPrediction> = predictions.iter().collect();
    clips.sort_by(|a, b| {
        let by_error = error(b).total_cmp(&error(a));
        by_error.then_with(|| a.utterance.cmp(&b.utterance))
    });
    let mut seen = HashSet::new();
    clips.retain(|clip| seen.insert(clip.utterance.as_str()));
    clips.truncate(SHOWN);
    clips
}

fn row(
    subject: &Subject<'_, DimensionPrediction>,
    clip: &DimensionPrediction,
    index: usize,
) -> Vec<Cell> {
    vec![
        Cell::Text(clip.utterance.clone()),
        Cell::Text(clip.speaker.clone()),
        Cell::Number(format!("{:.2}", clip.truth[index])),
        Cell::Number(format!("{:.2}", clip.predicted[index])),
        match subject.voices.clip(&clip.utterance) {
            Some(audio) => Cell::Audio(audio),
            None => Cell::Text(String::new()),
        },
    ]
}
