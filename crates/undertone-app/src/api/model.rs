//! `GET /api/model`

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::app::Shared;
use crate::assets::SAMPLE_TITLES;
use crate::problem::Problem;

/// What is served, and within which limits.
#[derive(Debug, Serialize)]
pub(crate) struct ModelAnswer {
    name: String,
    labels: Vec<Label>,
    window_seconds: f64,
    sample_rate: u32,
    max_seconds: f64,
    max_bytes: usize,
    card_markdown: Option<String>,
    card_html: Option<String>,
    samples: Vec<Sample>,
    version: &'static str,
}

#[derive(Debug, Serialize)]
struct Label {
    name: String,
    #[serde(rename = "colour")]
    color: &'static str,
}

#[derive(Debug, Serialize)]
struct Sample {
    name: &'static str,
    url: String,
    title: &'static str,
}

/// The model and the server's limits.
pub(crate) async fn model(State(app): State<Shared>) -> Result<Json<ModelAnswer>, Problem> {
    let model = app.model()?;
    let description = &model.description;
    let limits = &app.settings.limits;
    Ok(Json(ModelAnswer {
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
        samples: SAMPLE_TITLES
            .iter()
            .map(|(name, title)| Sample {
                name,
                url: format!("/samples/{name}"),
                title,
            })
            .collect(),
        version: env!("CARGO_PKG_VERSION"),
    }))
}
