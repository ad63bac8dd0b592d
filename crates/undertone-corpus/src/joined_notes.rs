//! Notes that hold of each corpus alone, and may not hold of all together.

use std::collections::BTreeSet;

use crate::{CorpusInfo, CorpusNote, Emotion};

/// Drop the notes about labels that are mapped or ignored and that one of the corpora has. Keep each
/// of the others once.
pub(crate) fn keep_unused_labels(notes: &mut Vec<CorpusNote>, sources: &[CorpusInfo]) {
    let mut noted: BTreeSet<Emotion> = BTreeSet::new();
    notes.retain(|note| match note {
        CorpusNote::UnusedLabel { label } => {
            let occurs = |info: &CorpusInfo| info.found.emotions.contains_key(label);
            !sources.iter().any(occurs) && noted.insert(*label)
        }
        _ => true,
    });
}
