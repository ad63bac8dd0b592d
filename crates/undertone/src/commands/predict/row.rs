//! A prediction as JSON.

use serde::Serialize;
use undertone_audio::Warning;
use undertone_models::{Prediction, WindowPrediction};

use super::super::classified::{Classified, Extent};
use super::super::milliseconds::to_milliseconds;
use super::answers::Answers;
use crate::output::InOrder;

type ByLabel<'a> = InOrder<&'a str, f32>;

/// The result for a recording. Without speech it has no label and no probability.
#[derive(Serialize)]
pub(super) struct Row<'a> {
    path: &'a str,
    label: Option<&'a str>,
    confidence: Option<f32>,
    probabilities: Option<ByLabel<'a>>,
    /// Absent if the model's classes have no sums.
    #[serde(skip_serializing_if = "Option::is_none")]
    sums: Option<Option<ByLabel<'a>>>,
    sure: bool,
    speech: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    adapted: Option<AdaptedRow>,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    windows: Option<Vec<WindowRow<'a>>>,
    warnings: &'a [Warning],
}

#[derive(Serialize)]
struct AdaptedRow {
    recordings: u32,
    seconds: f64,
}

#[derive(Serialize)]
struct WindowRow<'a> {
    start: f64,
    end: f64,
    label: Option<&'a str>,
    probabilities: Option<ByLabel<'a>>,
    speech: bool,
}

impl<'a> Row<'a> {
    pub(super) fn new(
        path: &'a str,
        classified: &'a Classified,
        answers: &'a Answers,
        timeline: bool,
    ) -> Self {
        let prediction = classified.speech();
        let answer = prediction.map(|it| answers.of(&it.probabilities));
        let answer = answer.as_ref();
        let sums = answers.sums().map(|labels| {
            let sums = answer.and_then(|answer| answer.sums.as_deref());
            sums.map(|sums| by_label(labels, sums))
        });
        Self {
            path,
            label: answer.map(|it| answers.labels()[it.best].as_str()),
            confidence: answer.map(|it| it.probabilities[it.best]),
            probabilities: answer.map(|it| by_label(answers.labels(), &it.probabilities)),
            sums,
            sure: answer.is_some_and(|it| it.sure),
            speech: prediction.is_some(),
            adapted: classified.adapted.map(AdaptedRow::from),
            seconds: to_milliseconds(classified.seconds),
            windows: timeline.then(|| windows(classified.prediction.as_ref(), answers)),
            warnings: &classified.warnings,
        }
    }
}

impl From<Extent> for AdaptedRow {
    fn from(extent: Extent) -> Self {
        Self {
            recordings: extent.recordings,
            seconds: to_milliseconds(extent.seconds),
        }
    }
}

fn windows<'a>(prediction: Option<&Prediction>, answers: &'a Answers) -> Vec<WindowRow<'a>> {
    let row = |window: &WindowPrediction| {
        let answer = window.speech.then(|| answers.of(&window.probabilities));
        let answer = answer.as_ref();
        WindowRow {
            start: to_milliseconds(window.start),
            end: to_milliseconds(window.end),
            label: answer.map(|it| answers.labels()[it.best].as_str()),
            probabilities: answer.map(|it| by_label(answers.labels(), &it.probabilities)),
            speech: window.speech,
        }
    };
    let windows = prediction.map_or(&[][..], |it| &it.windows);
    windows.iter().map(row).collect()
}

fn by_label<'a>(labels: &'a [String], probabilities: &[f32]) -> ByLabel<'a> {
    let labels = labels.iter().map(String::as_str);
    InOrder(labels.zip(probabilities.iter().copied()).collect())
}
