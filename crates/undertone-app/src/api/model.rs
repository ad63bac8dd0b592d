//! `GET /api/model`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use undertone_samples::SAMPLES;

use crate::problem::Problem;
use crate::served_model::ServedModel;
use crate::settings::Limits;

/// The model and the server's limits, as clients get them.
#[derive(Debug, Serialize)]
pub(crate) struct ModelInfo {
    name: String,
    labels: Vec<Label>,
    window_seconds: f64,
    sample_rate: u32,
    max_seconds: f64,
    max_bytes: usize,
    card_markdown: Option<String>,
    card_html: Option<String>,
    samples: Vec<SampleInfo>,
    version: &'static str,
}

#[derive(Debug, Serialize)]
struct Label {
    name: String,
    #[serde(rename = "colour")]
    color: &'static str,
}

#[derive(Debug, Serialize)]
struct SampleInfo {
    name: &'static str,
    url: String,
    title: &'static str,
}

/// Describe the model and the server's limits.
pub(crate) async fn model(
    State(model): State<Arc<ServedModel>>,
    State(limits): State<Arc<Limits>>,
) -> Result<Json<ModelInfo>, Problem> {
    let model = model.get()?;
    let description = &model.description;
    Ok(Json(ModelInfo {
        name: description.name.clone(),
        labels: description
            .labels
            .iter()
            .zip(&model.colors)
            .map(|(name, color)| Label {
                name: name.clone(),
                color,
            })
            .collect(),
        window_seconds: description.window_seconds,
        sample_rate: description.sample_rate,
        max_seconds: limits.max_seconds,
        max_bytes: limits.max_bytes,
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
        version: env!("CARGO_PKG_VERSION"),
    }))
}
