//! `GET /healthz` and `GET /readyz`, for process supervisors and load balancers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::problem::Problem;
use crate::served_model::ServedModel;

/// Report that the process is alive.
pub(crate) async fn alive() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// Report whether the model is loaded and the server is not stopping.
pub(crate) async fn ready(State(model): State<Arc<ServedModel>>) -> Result<Json<Value>, Problem> {
    model.check_ready()?;
    Ok(Json(json!({"status": "ready"})))
}
