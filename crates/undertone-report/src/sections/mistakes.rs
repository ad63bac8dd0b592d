//! The wrong predictions with the highest confidence, to listen to.

use std::collections::HashSet;

use undertone_figures::page::{Block, Cell, Section, Table};
use undertone_figures::words::in_percent;
use undertone_metrics::ClipPrediction;

use super::subject::Subject;

/// Number of errors that are shown.
const SHOWN: usize = 20;

pub(super) fn section(subject: &Subject<'_>) -> Option<Section> {
    let predictions = subject.record.test_predictions();
    if predictions.is_empty() {
        return None;
    }
    let mistakes = most_confident_errors(&predictions);
    let title = "Most confident errors".to_owned();
    if mistakes.is_empty() {
        let blocks = vec![Block::Note(
            "There are none: all predictions are correct.".into(),
        )];
        return Some(Section { title, blocks });
    }
    let labels = &subject.record.targets;
    let label = |class: usize| labels.get(class).cloned().unwrap_or_default();
    let mut silent = 0;
    let rows: Vec<Vec<Cell>> = mistakes
        .into_iter()
        .map(|prediction| {
            let confidence = prediction
                .probabilities
                .get(prediction.predicted())
                .copied();
            let mut row = vec![
                Cell::Text(prediction.utterance.clone()),
                Cell::Text(prediction.speaker.clone()),
                Cell::Text(label(prediction.truth)),
                Cell::Text(label(prediction.predicted())),
                Cell::Number(in_percent(confidence.map_or(0.0, f64::from))),
            ];
            match subject.voices.clip(&prediction.utterance) {
                Some(audio) => row.push(Cell::Audio(audio)),
                None => silent += 1,
            }
            row
        })
        .collect();
    let mut header: Vec<String> = ["clip", "speaker", "true", "predicted", "probability (%)"]
        .map(String::from)
        .into();
    let mut blocks = Vec::new();
    if silent < rows.len() {
        header.push("listen".into());
    }
    if !subject.voices.are_known() {
        let note = "To listen to the clips, name the corpus: undertone report --corpus DIR RUN.";
        blocks.push(Block::Note(note.into()));
    } else if silent > 0 {
        let note = format!("{silent} of the clips could not be read from the corpus.");
        blocks.push(Block::Note(note));
    }
    let caption = "Wrong predictions on test clips, sorted by their probability".to_owned();
    blocks.push(Block::Table(Table {
        caption,
        header,
        rows,
    }));
    Some(Section { title, blocks })
}

/// Return the wrong predictions, the most confident first, and each clip once.
fn most_confident_errors(predictions: &[ClipPrediction]) -> Vec<&ClipPrediction> {
    let mut wrong: Vec<&ClipPrediction> = predictions
        .iter()
        .filter(|prediction| prediction.predicted() != prediction.truth)
        .collect();
    let confidence = |prediction: &ClipPrediction| {
        prediction
            .probabilities
            .get(prediction.predicted())
            .copied()
            .unwrap_or(0.0)
    };
    wrong.sort_by(|a, b| {
        confidence(b)
            .total_cmp(&confidence(a))
            .then_with(|| a.utterance.cmp(&b.utterance))
    });
    let mut seen = HashSet::new();
    wrong.retain(|prediction| seen.insert(prediction.utterance.as_str()));
    wrong.truncate(SHOWN);
    wrong
}
