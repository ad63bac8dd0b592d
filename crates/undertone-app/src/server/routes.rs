//! The table of all routes, and the layers around them.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{self, MethodRouter};
use tower_http::catch_panic::CatchPanicLayer;

use super::app::App;
use super::observe::observe;
use crate::problem::{Kind, Problem};
use crate::{api, assets, gradio, guard, live};

/// A method at a path, and its handler.
struct Route {
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "a test compares it with OpenAPI")
    )]
    method: Method,
    path: String,
    handler: MethodRouter<App>,
}

fn get<H: Handler<T, App>, T: 'static>(path: &str, handler: H) -> Route {
    Route {
        method: Method::GET,
        path: path.to_owned(),
        handler: routing::get(handler),
    }
}

fn post<H: Handler<T, App>, T: 'static>(path: &str, handler: H) -> Route {
    Route {
        method: Method::POST,
        path: path.to_owned(),
        handler: routing::post(handler),
    }
}

/// The REST interface. `openapi.json` describes these routes and no others.
fn rest() -> Vec<Route> {
    vec![
        post("/api/predict", api::predict),
        post("/api/predict/batch", api::predict_batch),
        post("/api/segments", api::segments),
        get("/api/live", live::live),
        get("/api/model", api::model),
        get("/api/openapi.json", api::openapi),
        get("/api/answer.schema.json", api::answer_schema),
        get("/healthz", api::alive),
        get("/readyz", api::ready),
        get("/metrics", api::metrics),
    ]
}

/// The page, its files, and the page about the REST interface.
fn pages() -> Vec<Route> {
    vec![
        get("/", assets::index),
        get("/assets/{name}", assets::asset),
        get("/samples/{name}", assets::sample),
        get("/api/docs", api::docs),
        get("/api/docs/{name}", api::docs_file),
    ]
}

/// Gradio's interface, which `/gradio_api/info` describes. Clients since Gradio 5 use the prefix
/// `/gradio_api`, and clients of Gradio 4 none.
fn gradio() -> Vec<Route> {
    let mut routes = vec![
        get("/config", gradio::config),
        post("/gradio_api/api/{api_name}", gradio::run),
    ];
    for prefix in ["", "/gradio_api"] {
        let path = |path: &str| format!("{prefix}{path}");
        routes.extend([
            get(&path("/info"), gradio::info),
            get(&path("/app_id"), gradio::app_id),
            get(&path("/startup-events"), gradio::startup_events),
            get(&path("/queue/status"), gradio::queue_status),
            post(&path("/upload"), gradio::upload),
            post(&path("/queue/join"), gradio::join),
            get(&path("/queue/data"), gradio::session_stream),
            post(&path("/call/{api_name}"), gradio::call),
            get(&path("/call/{api_name}/{event_id}"), gradio::call_stream),
            post(&path("/call/v2/{api_name}"), gradio::call_by_keyword),
            get(&path("/call/v2/{api_name}/{event_id}"), gradio::call_stream),
            post(&path("/run/{api_name}"), gradio::run),
            get(&path("/heartbeat/{session_hash}"), gradio::heartbeat),
            post(&path("/cancel"), gradio::cancel),
            post(&path("/reset"), gradio::reset),
        ]);
    }
    routes
}

/// Return the router: all routes, behind the layers that every request passes.
pub(super) fn router(app: App) -> Router {
    let access = &app.guard.access;
    [rest(), pages(), gradio()]
        .into_iter()
        .flatten()
        .fold(Router::new(), |router, route| {
            router.route(&route.path, route.handler)
        })
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        // The body reader has limits of its own.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(app.guard.clone(), guard::guard))
        .layer(guard::cors(&access.origins))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(guard::security_headers(access))
        .layer(from_fn_with_state(app.metrics.clone(), observe))
        .with_state(app)
}

async fn not_found() -> Problem {
    Problem::new(Kind::NotFound, "see /api/docs for all addresses")
}

async fn method_not_allowed() -> Problem {
    Problem::new(
        Kind::MethodNotAllowed,
        "see /api/docs for the methods of each address",
    )
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    Problem::new(Kind::Internal, "the server failed on this request").into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::rest;

    #[test]
    fn openapi_describes_every_rest_route_and_no_other() {
        let text = include_str!("../../api-docs/openapi.json");
        let document: Value = serde_json::from_str(text).unwrap();
        let paths = document["paths"].as_object().unwrap();
        let described: BTreeSet<String> = paths
            .iter()
            .flat_map(|(path, operations)| {
                let methods = operations.as_object().unwrap().keys();
                methods.map(move |method| format!("{} {path}", method.to_uppercase()))
            })
            .collect();
        let served: BTreeSet<String> = rest()
            .iter()
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        assert_eq!(described, served);
    }
}
