//! Parts of a recording.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A part of a recording, in seconds from its start. The start is 0 or more and lies before the
/// end.
#[derive(Debug, Clone, Copy)]
pub struct Segment {
    start: f64,
    /// `f64::INFINITY` for the end of the recording.
    end: f64,
}

/// A start and an end that enclose nothing.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "the segment from {start} s to {end} s is not a part of a recording; the start must be 0 or \
     more and lie before the end"
)]
pub struct InvalidSegment {
    /// The start, in seconds.
    pub start: f64,
    /// The end, in seconds.
    pub end: f64,
}

impl Segment {
    /// Return the segment from `start` to `end`, in seconds; without an end, to the end of the
    /// recording.
    ///
    /// # Errors
    /// If the start is negative or not before the end, or if one is not a number.
    pub fn new(start: f64, end: Option<f64>) -> Result<Self, InvalidSegment> {
        let end = end.unwrap_or(f64::INFINITY);
        if start.is_finite() && start >= 0.0 && start < end {
            // -0.0 becomes 0.0, so that equal segments have equal bits.
            let start = start + 0.0;
            Ok(Self { start, end })
        } else {
            Err(InvalidSegment { start, end })
        }
    }

    /// Return the path and the segment of a clip's name, which
    /// [`Utterance::name_below`](crate::Utterance::name_below) makes: `talk.wav [1.5-3]`.
    pub fn split_name(name: &str) -> (&str, Option<Self>) {
        let part = || {
            let (path, segment) = name.strip_suffix(']')?.rsplit_once(" [")?;
            let (start, end) = segment.split_once('-')?;
            let end = match end {
                "" => None,
                end => Some(end.parse().ok()?),
            };
            Some((path, Self::new(start.parse().ok()?, end).ok()?))
        };
        part().map_or((name, None), |(path, segment)| (path, Some(segment)))
    }

    /// Return the start and the end in seconds; without an end, to the end of the recording.
    pub fn bounds(self) -> (f64, Option<f64>) {
        (self.start, self.end())
    }

    /// Return the start in seconds.
    pub fn start(self) -> f64 {
        self.start
    }

    /// Return the end in seconds; `None` for the end of the recording.
    pub fn end(self) -> Option<f64> {
        self.end.is_finite().then_some(self.end)
    }
}

impl PartialEq for Segment {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Segment {}

impl PartialOrd for Segment {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Segment {
    fn cmp(&self, other: &Self) -> Ordering {
        let start = self.start.total_cmp(&other.start);
        start.then(self.end.total_cmp(&other.end))
    }
}

impl Hash for Segment {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.start.to_bits(), self.end.to_bits()).hash(state);
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.end() {
            Some(end) => write!(f, "{}-{end}", self.start),
            None => write!(f, "{}-", self.start),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Segment;

    #[test]
    fn a_segment_without_length_is_an_error() {
        for (start, end) in [
            (1.0, 1.0),
            (2.0, 1.0),
            (-1.0, 1.0),
            (f64::NAN, 1.0),
            (0.0, f64::NAN),
        ] {
            assert!(Segment::new(start, Some(end)).is_err(), "{start} to {end}");
        }
        assert_eq!(Segment::new(1.5, None).unwrap().to_string(), "1.5-");
        let open = Segment::new(1.5, None).ok();
        assert_eq!(Segment::split_name("a [b].wav [1.5-]"), ("a [b].wav", open));
        assert_eq!(Segment::split_name("a [b].wav"), ("a [b].wav", None));
        assert_eq!(Segment::new(-0.0, Some(3.0)).unwrap().to_string(), "0-3");
    }
}
