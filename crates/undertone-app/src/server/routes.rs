//! Which address is answered by what.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::Shared;
use crate::problem::{Kind, Problem};
use crate::{api, assets, gradio, guard, live, metrics};

/// All routes, behind what every request goes through.
pub(super) fn router(app: Shared) -> Router {
    Router::new()
        .route("/", get(assets::index))
        .route("/assets/{name}", get(assets::asset))
        .route("/samples/{name}", get(assets::sample))
        .route("/api/predict", post(api::predict))
        .route("/api/predict/batch", post(api::predict_batch))
        .route("/api/model", get(api::model))
        .route("/api/live", get(live::live))
        .route("/api/openapi.json", get(api::openapi))
        .route("/api/docs", get(api::docs))
        .route("/api/docs/{name}", get(api::docs_file))
        .route("/healthz", get(api::alive))
        .route("/readyz", get(api::ready))
        .route("/metrics", get(metrics::metrics))
        .merge(gradio::router())
        .fallback(nothing)
        .method_not_allowed_fallback(not_so)
        // Bodies are read with limits of our own.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(app.clone(), guard::guard))
        .layer(guard::cors(&app.settings.access.origins))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app.clone(), guard::add_headers))
        .layer(from_fn_with_state(app.clone(), metrics::observe))
        .with_state(app)
}

async fn nothing() -> Problem {
    Problem::new(Kind::NotFound, "/api/docs lists what there is")
}

async fn not_so() -> Problem {
    Problem::new(Kind::MethodNotAllowed, "/api/docs says which it takes")
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    Problem::new(Kind::Internal, "the server failed on this request").into_response()
}
