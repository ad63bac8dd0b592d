//! What a client reads first: which functions there are, and what they take and give.
//!
//! `config.json` and `info.json` have the shape that Gradio 6.31 gives for
//! `gr.Interface(fn, gr.Audio(), gr.Label())`, less what only its own page reads. `root` is left
//! out: clients then go on with the address that they were given, which is the right one behind
//! any proxy.

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::app::Shared;
use crate::problem::{Kind, Problem};

const CONFIG: &str = include_str!("config.json");
const INFO: &str = include_str!("info.json");

/// The one function.
pub(super) const API_NAME: &str = "predict";
/// Its number.
pub(super) const FN_INDEX: u64 = 0;
/// Its one parameter.
pub(super) const PARAMETER: &str = "audio";

/// `GET /config`
pub(super) async fn config(State(app): State<Shared>) -> Result<Json<Value>, Problem> {
    let name = &app.model()?.description.name;
    let mut config: Map<String, Value> = serde_json::from_str(CONFIG)
        .map_err(|error| Problem::new(Kind::Internal, error.to_string()))?;
    config.insert("app_id".to_owned(), json!(app.id));
    config.insert("title".to_owned(), json!(format!("Undertone: {name}")));
    let largest = json!(app.settings.limits.max_bytes);
    config.insert("max_file_size".to_owned(), largest);
    Ok(Json(config.into()))
}

/// `GET /gradio_api/info`
pub(super) async fn info() -> Response {
    ([(CONTENT_TYPE, "application/json")], INFO).into_response()
}

/// `GET /gradio_api/app_id`: another one after a restart.
pub(super) async fn app_id(State(app): State<Shared>) -> Json<Value> {
    Json(json!({ "app_id": app.id }))
}

/// `GET /gradio_api/startup-events`: there are none.
pub(super) async fn startup_events() -> Json<bool> {
    Json(true)
}

/// `GET /gradio_api/queue/status`
pub(super) async fn queue_status(State(app): State<Shared>) -> Json<Value> {
    Json(json!({
        "msg": "estimation",
        "event_id": null,
        "rank": null,
        "queue_size": app.inference.waiting(),
        "rank_eta": null,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_function_is_the_one_that_is_called() {
        let config: Value = serde_json::from_str(CONFIG).unwrap();
        assert_eq!(config["dependencies"][0]["api_name"], API_NAME);
        assert_eq!(config["dependencies"][0]["id"], FN_INDEX);
        let info: Value = serde_json::from_str(INFO).unwrap();
        let function = &info["named_endpoints"][format!("/{API_NAME}")];
        assert_eq!(function["parameters"][0]["parameter_name"], PARAMETER);
    }
}
