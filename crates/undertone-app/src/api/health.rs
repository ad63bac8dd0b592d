//! `GET /healthz` and `GET /readyz`, for whoever restarts and balances servers.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::app::Shared;
use crate::problem::Problem;

/// The process is alive.
pub(crate) async fn alive() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// The model is loaded, and the server is not stopping.
pub(crate) async fn ready(State(app): State<Shared>) -> Result<Json<Value>, Problem> {
    app.check_ready()?;
    Ok(Json(json!({"status": "ready"})))
}
