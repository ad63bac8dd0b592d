//! `GET /api/model`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::model_info::ModelInfo;
use crate::problem::Problem;
use crate::served_model::ServedModel;
use crate::settings::Limits;

/// Describe the model and the server's limits.
pub(crate) async fn model(
    State(model): State<Arc<ServedModel>>,
    State(limits): State<Arc<Limits>>,
) -> Result<Json<ModelInfo>, Problem> {
    let model = model.get()?;
    Ok(Json(ModelInfo::new(
        model,
        limits.max_seconds,
        limits.max_bytes,
    )))
}
