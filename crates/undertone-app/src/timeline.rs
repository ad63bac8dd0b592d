//! The timeline of an answer in the format of an annotation tool.

use std::path::Path;

use serde::Deserialize;
use undertone_segments::{LabeledSegment, Segment, SegmentFormat};

use crate::problem::{Kind, Problem};

/// The most segments: utterances of two days.
const MAX_SEGMENTS: usize = 50_000;
/// How far the end of a segment may lie behind that of its recording, in seconds.
const ROUNDING: f64 = 0.05;
/// Longer names and texts are cut, as some formats repeat them on every line.
const MAX_CHARACTERS: usize = 200;

/// The members of an answer that formats have room for. Others are ignored.
#[derive(Debug, Deserialize)]
pub(crate) struct Posted {
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

/// Return the format of this name.
pub(crate) fn format(name: &str) -> Result<SegmentFormat, Problem> {
    name.parse()
        .map_err(|error| bad(format!("`format`: {error}")))
}

impl Posted {
    /// Return the segments as SRT, WebVTT, a TextGrid, Audacity's labels or RTTM.
    pub(crate) fn written(self, format: SegmentFormat) -> Result<Vec<u8>, Problem> {
        let segments = self.segments.ok_or_else(|| {
            bad("the answer has no segments: ask for it with ?timeline=1".to_owned())
        })?;
        if segments.len() > MAX_SEGMENTS {
            return Err(bad(format!("more than {MAX_SEGMENTS} segments")));
        }
        let path = cut(self.path).unwrap_or_else(|| "recording".to_owned());
        let stem = Path::new(&path).file_stem().unwrap_or_default();
        let end = self.seconds + ROUNDING;
        let segments = segments.into_iter().map(|segment| labeled(segment, end));
        let segments = segments.collect::<Option<Vec<LabeledSegment>>>();
        let segments = segments
            .filter(|_| self.seconds.is_finite() && self.seconds >= 0.0)
            .ok_or_else(|| {
                bad(
                    "a segment must start at 0 s or later, and end behind it inside the recording"
                        .to_owned(),
                )
            })?;
        let mut text = Vec::new();
        let name = stem.to_string_lossy();
        undertone_segments::write(format, &name, self.seconds, &segments, &mut text)
            .map_err(|error| Problem::new(Kind::Internal, error.to_string()))?;
        Ok(text)
    }
}

fn bad(detail: String) -> Problem {
    Problem::new(Kind::BadRequest, detail)
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
