//! `POST /api/segments`: an answer in the format of an annotation tool.

use std::sync::Arc;

use axum::extract::{Query, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use undertone_segments::SegmentFormat;

use crate::body::BodyReader;
use crate::extractors::{Checked, Client};
use crate::problem::{Kind, Problem};
use crate::timeline::{self, Posted};

/// The largest answer in bytes: that of a recording of many hours.
const MAX_ANSWER_BYTES: usize = 16 << 20;

/// The query parameters.
#[derive(Debug, Deserialize)]
pub(crate) struct Options {
    format: String,
}

/// Return the segments of an answer as SRT, WebVTT, a TextGrid, Audacity's labels or RTTM.
pub(crate) async fn segments(
    State(bodies): State<Arc<BodyReader>>,
    Client(client): Client,
    Checked(Query(options)): Checked<Query<Options>>,
    request: Request,
) -> Result<Response, Problem> {
    let format = timeline::format(&options.format)?;
    let reading = bodies.read_large_json(client, request, MAX_ANSWER_BYTES);
    let posted: Posted = reading.await?;
    let writing = tokio::task::spawn_blocking(move || posted.written(format));
    let internal = |error: tokio::task::JoinError| Problem::new(Kind::Internal, error.to_string());
    let text = writing.await.map_err(internal)??;
    let content_type = match format {
        SegmentFormat::Srt => "application/x-subrip",
        SegmentFormat::Vtt => "text/vtt",
        _ => "text/plain; charset=utf-8",
    };
    Ok(([(CONTENT_TYPE, content_type)], text).into_response())
}
