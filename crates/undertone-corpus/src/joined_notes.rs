//! Notes that hold of each corpus alone, and may not hold of all together.

use std::collections::{BTreeMap, BTreeSet};

use crate::{ColumnRole, CorpusInfo, CorpusNote, Emotion};

/// Drop the notes about labels that are mapped or ignored and that one of the corpora has. Keep
/// each of the others once.
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

/// Keep a note about columns that were named and that a corpus does not have only if none has them.
pub(crate) fn keep_unused_columns(notes: &mut Vec<CorpusNote>, sources: &[CorpusInfo]) {
    let mut times: BTreeMap<ColumnRole, usize> = BTreeMap::new();
    for note in notes.iter() {
        if let CorpusNote::UnusedColumns { roles, .. } = note {
            for role in roles {
                *times.entry(role.clone()).or_insert(0) += 1;
            }
        }
    }
    let corpora: usize = sources.iter().map(|info| info.paths.len()).sum();
    notes.retain_mut(|note| match note {
        CorpusNote::UnusedColumns { roles, .. } => {
            roles.retain(|role| times.get(role) == Some(&corpora));
            !roles.is_empty()
        }
        _ => true,
    });
}
