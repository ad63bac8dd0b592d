//! What a corpus holds according to its publishers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Emotion;

/// The counts that the publishers of a corpus state. What they do not state is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficialCounts {
    /// The number of clips.
    pub clips: Option<usize>,
    /// The number of speakers.
    pub speakers: Option<usize>,
    /// The number of clips of each emotion. Empty if it is not known.
    #[serde(default)]
    pub emotions: BTreeMap<Emotion, usize>,
}
