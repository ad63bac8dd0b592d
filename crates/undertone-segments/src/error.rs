//! Why segments cannot be read.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// A file of segments that cannot be read.
#[derive(Debug, Error)]
#[error("{}{}: {fault}", path.display(), line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct SegmentError {
    /// The file.
    pub path: PathBuf,
    /// The line, counted from 1, where there is one to name.
    pub line: Option<u64>,
    /// What is wrong.
    pub fault: SegmentFault,
}

/// The error of a file of segments.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SegmentFault {
    /// The file system reports an error.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The file is larger than any list of segments.
    #[error("is larger than {limit} MB, which no list of segments is")]
    TooLarge {
        /// The limit, in megabytes.
        limit: u64,
    },
    /// The file is empty.
    #[error("is empty")]
    Empty,
    /// The file is no text.
    #[error(
        "is not text; give segments as CSV, Audacity labels, RTTM, SRT, WebVTT, TextGrid or ELAN"
    )]
    NotText,
    /// The file has no segments.
    #[error("holds no segments")]
    NoSegments,
    /// Praat's binary form.
    #[error("is a binary TextGrid; save it as a text file in Praat")]
    BinaryTextGrid,
    /// Another object of Praat.
    #[error("holds a {class} of Praat; select the TextGrid alone and save it as a text file")]
    NotATextGrid {
        /// The class that the file states.
        class: String,
    },
    /// Something else was expected.
    #[error("expected {expected}, found {found}")]
    Syntax {
        /// What the format demands here.
        expected: &'static str,
        /// What the file has.
        found: String,
    },
    /// The file ends too early.
    #[error("the file ends where {expected} should follow")]
    Truncated {
        /// What the format demands here.
        expected: &'static str,
    },
    /// A time that cannot be read.
    #[error("{value:?} is not a time; write seconds such as 1.5, or hh:mm:ss.mmm")]
    Time {
        /// The text.
        value: String,
    },
    /// A channel that cannot be read.
    #[error("{value:?} is not a channel; write 0 for the first one, 1 for the second")]
    Channel {
        /// The text.
        value: String,
    },
    /// A start or an end that no part of a recording has.
    #[error("a segment cannot go from {start} s to {end} s; the end must lie behind the start")]
    Order {
        /// The start, in seconds.
        start: f64,
        /// The end, in seconds.
        end: f64,
    },
    /// A table without a column that is needed.
    #[error("has no column {column}; its columns are {found}")]
    MissingColumn {
        /// The role, with its usual names.
        column: &'static str,
        /// The columns that it has.
        found: String,
    },
    /// A table whose columns cannot be told apart.
    #[error(
        "its columns have no names; write start, end and, if you like, text into its first line"
    )]
    NamelessColumns,
    /// The file is no XML.
    #[error("is not well-formed XML: {0}")]
    Xml(String),
    /// The XML is not of ELAN.
    #[error("its root is <{root}>, not <ANNOTATION_DOCUMENT> as ELAN writes it")]
    NotElan {
        /// The name of the root element.
        root: String,
    },
    /// An annotation points to a time slot that has no time.
    #[error("the time slot {slot:?} has no time")]
    TimeSlot {
        /// The id of the slot.
        slot: String,
    },
    /// Segments of several recordings, and none is chosen.
    #[error("holds segments of several recordings: {found}")]
    SeveralRecordings {
        /// Their names.
        found: String,
    },
    /// Segments of other recordings only.
    #[error("holds no segments of {recording:?}, but of {found}")]
    OtherRecording {
        /// The recording that was asked for.
        recording: String,
        /// The names that the file has.
        found: String,
    },
    /// Other tiers only.
    #[error("has no tier {tier:?}; its tiers are {found}")]
    OtherTier {
        /// The tier that was asked for.
        tier: String,
        /// The names that the file has.
        found: String,
    },
}

/// A fault and its line.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) line: Option<u64>,
    pub(crate) kind: SegmentFault,
}

impl SegmentFault {
    /// State the line, counted from 1.
    pub(crate) fn at(self, line: u64) -> Fault {
        Fault {
            line: Some(line),
            kind: self,
        }
    }
}

impl From<SegmentFault> for Fault {
    fn from(kind: SegmentFault) -> Self {
        Self { line: None, kind }
    }
}

/// Return the beginning of a text of a file, to show in a message.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// Return the first few names of a list, to show in a message.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 8;
    let mut names = names.into_iter();
    let first: Vec<String> = names.by_ref().take(MOST).map(shown).collect();
    match names.count() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
