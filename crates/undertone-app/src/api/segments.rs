//! `POST /api/segments`: an answer in the format of an annotation tool.

use std::path::Path;
use std::sync::Arc;

use axum::extract::{Query, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use undertone_segments::{LabeledSegment, Segment, SegmentFormat};

use crate::body::BodyReader;
use crate::extractors::{Checked, Client};
use crate::problem::{Kind, Problem};

/// The largest answer in bytes: that of a recording of many hours.
const MAX_ANSWER_BYTES: usize = 16 << 20;
/// The most segments: utterances of two days.
const MAX_SEGMENTS: usize = 50_000;
/// How far the end of a segment may lie behind that of its recording, in seconds.
const ROUNDING: f64 = 0.05;
/// Longer names and texts are cut, as some formats repeat them on every line.
const MAX_CHARACTERS: usize = 200;

/// The query parameters.
#[derive(Debug, Deserialize)]
pub(crate) struct Options {
    format: String,
}

/// The members of an answer that formats have room for. Others are ignored.
#[derive(Debug, Deserialize)]
struct Posted {
    #[serde(default)]
    path: Option<String>,
    seconds: f64,
    #[serde(default)]
    segments: Option<Vec<PostedSegment>>,
}

#[derive(Debug, Deserialize)]
struct PostedSegment {
    start: f64,
    end: f64,
    label: Option<String>,
    confidence: Option<f32>,
    #[serde(default)]
    channel: Option<usize>,
    #[serde(default)]
    speaker: Option<String>,
    #[serde(default)]
    text: Option<String>,
}

/// Return the segments of an answer as SRT, WebVTT, a TextGrid, Audacity's labels or RTTM.
pub(crate) async fn segments(
    State(bodies): State<Arc<BodyReader>>,
    Client(client): Client,
    Checked(Query(options)): Checked<Query<Options>>,
    request: Request,
) -> Result<Response, Problem> {
    let bad = |detail: String| Problem::new(Kind::BadRequest, detail);
    let format: SegmentFormat = options
        .format
        .parse()
        .map_err(|error| bad(format!("`format`: {error}")))?;
    let reading = bodies.read_large_json(client, request, MAX_ANSWER_BYTES);
    let posted: Posted = reading.await?;
    let segments = posted
        .segments
        .ok_or_else(|| bad("the answer has no segments: ask for it with ?timeline=1".to_owned()))?;
    if segments.len() > MAX_SEGMENTS {
        return Err(bad(format!("more than {MAX_SEGMENTS} segments")));
    }
    let path = cut(posted.path).unwrap_or_else(|| "recording".to_owned());
    let stem = Path::new(&path).file_stem().unwrap_or_default();
    let name = stem.to_string_lossy().into_owned();
    let end = posted.seconds + ROUNDING;
    let segments = segments.into_iter().map(|segment| labeled(segment, end));
    let segments = segments.collect::<Option<Vec<LabeledSegment>>>();
    let segments = segments
        .filter(|_| posted.seconds.is_finite() && posted.seconds >= 0.0)
        .ok_or_else(|| {
            bad(
                "a segment must start at 0 s or later, and end behind it inside the recording"
                    .to_owned(),
            )
        })?;
    let seconds = posted.seconds;
    let writing = tokio::task::spawn_blocking(move || {
        let mut text = Vec::new();
        undertone_segments::write(format, &name, seconds, &segments, &mut text).map(|()| text)
    });
    let internal = |error: String| Problem::new(Kind::Internal, error);
    let text = writing.await.map_err(|error| internal(error.to_string()))?;
    let text = text.map_err(|error| internal(error.to_string()))?;
    let content_type = match format {
        SegmentFormat::Srt => "application/x-subrip",
        SegmentFormat::Vtt => "text/vtt",
        _ => "text/plain; charset=utf-8",
    };
    Ok(([(CONTENT_TYPE, content_type)], text).into_response())
}

fn labeled(posted: PostedSegment, last: f64) -> Option<LabeledSegment> {
    let valid = posted.start >= 0.0 && posted.end > posted.start && posted.end <= last;
    valid.then_some(LabeledSegment {
        segment: Segment {
            start: posted.start,
            end: posted.end,
            text: cut(posted.text),
            speaker: cut(posted.speaker),
            channel: posted.channel,
        },
        label: cut(posted.label),
        confidence: posted.confidence,
    })
}

fn cut(text: Option<String>) -> Option<String> {
    text.map(|text| text.chars().take(MAX_CHARACTERS).collect())
}
