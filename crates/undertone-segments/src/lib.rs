#![doc = include_str!("../README.md")]

mod check;
mod decode;
mod entry;
mod error;
mod format;
mod read;
mod segment;
mod time;
mod write;

pub use error::{SegmentError, SegmentFault};
pub use format::{SegmentFormat, UnknownSegmentFormat};
pub use read::{Choice, read, read_chosen};
pub use segment::{LabeledSegment, Segment};
pub use write::write;
