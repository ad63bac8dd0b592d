//! The configuration that a client reads first: the functions, their parameters and results.
//!
//! `config.json` and `info.json` are what Gradio 6.31 sends for
//! `gr.Interface(fn, gr.Audio(), gr.Label())`, without the parts that only its own page reads.
//! `root` is left out. Clients then keep the address that they were given, which is the right one
//! behind any proxy.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::inference::Inference;
use crate::problem::{Kind, Problem};
use crate::served_model::ServedModel;
use crate::settings::Limits;

const CONFIG: &str = include_str!("config.json");
const INFO: &str = include_str!("info.json");

/// The name of the only function.
pub(super) const API_NAME: &str = "predict";
/// The function's number.
pub(super) const FN_INDEX: u64 = 0;
/// The function's only parameter.
pub(super) const PARAMETER: &str = "audio";

/// An identifier that changes when the server restarts.
#[derive(Debug, Clone)]
pub(crate) struct AppId(pub(crate) Arc<str>);

/// Return an error unless a client names the function.
pub(super) fn check_name(api_name: &str) -> Result<(), Problem> {
    if api_name == API_NAME {
        Ok(())
    } else {
        let detail = format!("the only function is {API_NAME}");
        Err(Problem::new(Kind::NotFound, detail))
    }
}

/// `GET /config`
pub(crate) async fn config(
    State(AppId(app_id)): State<AppId>,
    State(model): State<Arc<ServedModel>>,
    State(limits): State<Arc<Limits>>,
) -> Result<Json<Value>, Problem> {
    let name = &model.get()?.description.answers.model().name;
    let mut config: Map<String, Value> = serde_json::from_str(CONFIG)
        .map_err(|error| Problem::new(Kind::Internal, error.to_string()))?;
    config.insert("app_id".to_owned(), json!(*app_id));
    config.insert("title".to_owned(), json!(format!("Undertone: {name}")));
    config.insert("max_file_size".to_owned(), json!(limits.max_bytes));
    Ok(Json(config.into()))
}

/// `GET /gradio_api/info`
pub(crate) async fn info() -> Response {
    ([(CONTENT_TYPE, "application/json")], INFO).into_response()
}

/// `GET /gradio_api/app_id`
pub(crate) async fn app_id(State(AppId(app_id)): State<AppId>) -> Json<Value> {
    Json(json!({ "app_id": *app_id }))
}

/// `GET /gradio_api/startup-events`: this server has none.
pub(crate) async fn startup_events() -> Json<bool> {
    Json(true)
}

/// `GET /gradio_api/queue/status`
pub(crate) async fn queue_status(State(inference): State<Arc<Inference>>) -> Json<Value> {
    Json(json!({
        "msg": "estimation",
        "event_id": null,
        "rank": null,
        "queue_size": inference.waiting(),
        "rank_eta": null,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_files_name_the_function_that_is_served() {
        let config: Value = serde_json::from_str(CONFIG).unwrap();
        assert_eq!(config["dependencies"][0]["api_name"], API_NAME);
        assert_eq!(config["dependencies"][0]["id"], FN_INDEX);
        let info: Value = serde_json::from_str(INFO).unwrap();
        let function = &info["named_endpoints"][format!("/{API_NAME}")];
        assert_eq!(function["parameters"][0]["parameter_name"], PARAMETER);
    }
}
