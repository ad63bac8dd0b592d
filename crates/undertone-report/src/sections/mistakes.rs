//! The mistakes that the model was surest of, to listen to.

use std::collections::HashSet;

use undertone_figures::page::{Block, Cell, Section, Table};
use undertone_figures::words::in_percent;
use undertone_metrics::ClipPrediction;

use super::subject::Subject;

/// How many are shown.
const SHOWN: usize = 20;

pub(super) fn section(subject: &Subject<'_>) -> Option<Section> {
    let predictions = subject.record.test_predictions();
    if predictions.is_empty() {
        return None;
    }
    let mistakes = surest_mistakes(&predictions);
    let title = "Surest mistakes".to_owned();
    if mistakes.is_empty() {
        let blocks = vec![Block::Note(
            "There are none: all test clips are right.".into(),
        )];
        return Some(Section { title, blocks });
    }
    let labels = subject.record.labels();
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
        let note = "To listen to them, say where the corpus is: undertone report --corpus DIR RUN.";
        blocks.push(Block::Note(note.into()));
    } else if silent > 0 {
        let note = format!("{silent} of them could not be read from the corpus.");
        blocks.push(Block::Note(note));
    }
    let caption = "Test clips that are wrong, by the probability of the wrong answer".to_owned();
    blocks.push(Block::Table(Table {
        caption,
        header,
        rows,
    }));
    Some(Section { title, blocks })
}

/// Wrong answers, the likeliest first; a clip that was judged several times once.
fn surest_mistakes(predictions: &[ClipPrediction]) -> Vec<&ClipPrediction> {
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
