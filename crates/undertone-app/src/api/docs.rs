//! The OpenAPI document, and a page to read and try it.
//!
//! The document is written by hand: it holds prose and error statuses that no type knows. Tests
//! compare it with the routes and with real responses.

use axum::extract::Path;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use crate::assets::from_table;
use crate::extractors::Checked;
use crate::page::{Asset, assets};

const PAGE: &[Asset] = assets!("../../api-docs/": "index.html", "docs.css", "docs.js");

const OPENAPI: &str = include_str!("../../api-docs/openapi.json");

/// `GET /api/openapi.json`
pub(crate) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

/// `GET /api/answer.schema.json`
pub(crate) async fn answer_schema() -> Response {
    let content_type = [(header::CONTENT_TYPE, "application/schema+json")];
    (content_type, undertone_answer::SCHEMA).into_response()
}

/// `GET /api/docs`
pub(crate) async fn docs(headers: HeaderMap) -> Response {
    from_table(PAGE, "index.html", &headers)
}

/// `GET /api/docs/{name}`
pub(crate) async fn docs_file(
    Checked(Path(name)): Checked<Path<String>>,
    headers: HeaderMap,
) -> Response {
    from_table(PAGE, &name, &headers)
}
