//! The rules for every segment.

use crate::{Segment, SegmentFault};

/// Return a segment from `start` to `end`, in seconds.
pub(crate) fn segment(start: f64, end: f64) -> Result<Segment, SegmentFault> {
    if start.is_finite() && end.is_finite() && start >= 0.0 && start < end {
        return Ok(Segment {
            start,
            end,
            ..Segment::default()
        });
    }
    Err(SegmentFault::Order { start, end })
}

/// Return a text without the space around it, if anything is left.
pub(crate) fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
