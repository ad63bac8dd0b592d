//! An entry of a file of segments, before it is checked.

use crate::Segment;

/// A segment of a file, with the names by which a caller can choose it.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    /// The recording that the file names.
    pub(crate) recording: Option<String>,
    /// The tier that it stands in.
    pub(crate) tier: Option<String>,
    pub(crate) segment: Segment,
}
