//! The description of a model that the page reads: `GET /api/model`.

use serde::Serialize;
use undertone_answer::Classes;
use undertone_samples::SAMPLES;

use crate::loaded_model::LoadedModel;

/// The model and the limits on recordings, as clients get them.
#[derive(Debug, Serialize)]
pub(crate) struct ModelInfo {
    name: String,
    /// What tells the trainings of the model apart, as `model.version` of an answer.
    model_version: Option<String>,
    labels: Vec<Label>,
    window_seconds: f64,
    sample_rate: u32,
    max_seconds: f64,
    max_bytes: usize,
    card_markdown: Option<String>,
    card_html: Option<String>,
    samples: Vec<SampleInfo>,
    /// Whether the model adapts to voices.
    adapts: bool,
    /// The probability from which an answer is sure.
    sure: Option<f32>,
    /// The coarse classes.
    sums: Vec<Sum>,
    version: &'static str,
}

#[derive(Debug, Serialize)]
struct Label {
    name: String,
    #[serde(rename = "colour")]
    color: &'static str,
}

#[derive(Debug, Serialize)]
struct Sum {
    name: String,
    #[serde(rename = "colour")]
    color: &'static str,
    labels: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SampleInfo {
    name: &'static str,
    url: String,
    title: &'static str,
}

impl ModelInfo {
    /// Describe a model, and the longest recording (in seconds) and the largest file (in bytes).
    pub(crate) fn new(model: &LoadedModel, max_seconds: f64, max_bytes: usize) -> Self {
        let description = &model.description;
        let answers = &description.answers;
        Self {
            name: answers.model().name.clone(),
            model_version: answers.model().version.clone(),
            labels: answers
                .labels()
                .iter()
                .zip(&model.colors)
                .map(|(name, color)| Label {
                    name: name.clone(),
                    color,
                })
                .collect(),
            window_seconds: description.window_seconds,
            sample_rate: description.sample_rate,
            max_seconds,
            max_bytes,
            card_markdown: description.card.clone(),
            card_html: model.card_html.clone(),
            samples: SAMPLES
                .iter()
                .map(|sample| SampleInfo {
                    name: sample.name,
                    url: format!("/samples/{}", sample.name),
                    title: sample.title,
                })
                .collect(),
            adapts: description.adapts,
            sure: answers.sure(),
            sums: answers
                .sums()
                .map(|sums| sums_of(sums, answers.labels(), &model.sum_colors))
                .unwrap_or_default(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

/// Describe the sums of classes with these labels.
fn sums_of(sums: &Classes, labels: &[String], colors: &[&'static str]) -> Vec<Sum> {
    let sums_and_colors = sums.labels().iter().zip(colors).enumerate();
    sums_and_colors
        .map(|(class, (name, color))| Sum {
            name: name.clone(),
            color,
            labels: sums
                .members(class)
                .into_iter()
                .filter_map(|index| labels.get(index).cloned())
                .collect(),
        })
        .collect()
}
