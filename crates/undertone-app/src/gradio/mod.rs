//! As much of Gradio's interface as its clients need to call one function.
//!
//! Gradio's way of a call: a client reads [`config`], uploads a file ([`uploads`]), announces a
//! call ([`calls`]) and reads its outcome from an event stream ([`stream`]), which a session's
//! calls share ([`sessions`]). The shapes are those of Gradio 6 (`gradio/routes.py`,
//! `gradio/server_messages.py`); `docs/serving.md` says what is covered.

mod calls;
mod config;
mod message;
mod sessions;
mod stream;
mod uploads;

use axum::Router;
use axum::routing::{get, post};

use crate::app::Shared;
use crate::settings::Settings;
use sessions::Sessions;
use uploads::Uploads;

/// What is kept between a client's requests.
#[derive(Debug)]
pub(crate) struct Gradio {
    pub(crate) uploads: Uploads,
    pub(crate) sessions: Sessions,
}

impl Gradio {
    pub(crate) fn new(settings: &Settings) -> Self {
        let (limits, kept) = (&settings.limits, settings.timeouts.kept);
        // The largest one is kept, if alone.
        let upload_bytes = limits.upload_bytes.max(limits.max_bytes);
        Self {
            uploads: Uploads::new(limits.uploads, upload_bytes, kept),
            sessions: Sessions::new(limits.calls, kept),
        }
    }
}

/// The routes: with `/gradio_api` before them, as since Gradio 5, and without, as clients of
/// Gradio 4 ask.
pub(crate) fn router() -> Router<Shared> {
    let api = Router::new()
        .route("/info", get(config::info))
        .route("/app_id", get(config::app_id))
        .route("/startup-events", get(config::startup_events))
        .route("/queue/status", get(config::queue_status))
        .route("/upload", post(uploads::upload))
        .route("/queue/join", post(calls::join))
        .route("/queue/data", get(stream::session))
        .route("/call/{api_name}", post(calls::call))
        .route("/call/{api_name}/{event_id}", get(stream::call))
        .route("/call/v2/{api_name}", post(calls::call_by_keyword))
        .route("/call/v2/{api_name}/{event_id}", get(stream::call))
        .route("/run/{api_name}", post(calls::run))
        .route("/heartbeat/{session_hash}", get(stream::heartbeat))
        .route("/cancel", post(calls::cancel))
        .route("/reset", post(calls::reset));
    Router::new()
        .route("/config", get(config::config))
        .merge(api.clone())
        .nest(
            "/gradio_api",
            api.route("/api/{api_name}", post(calls::run)),
        )
}
