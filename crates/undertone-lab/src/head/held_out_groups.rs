//! The folds over speakers or corpora that choose a head's shrinkage.

use std::collections::HashSet;

/// Return the held-out groups of each fold. Groups are assigned in their order. There are no folds
/// with a single group.
pub(super) fn held_out_groups<'a>(groups: &[&'a str], folds: usize) -> Vec<HashSet<&'a str>> {
    let folds = folds.min(groups.len());
    let held = |fold| groups.iter().copied().skip(fold).step_by(folds).collect();
    match folds {
        0 | 1 => Vec::new(),
        _ => (0..folds).map(held).collect(),
    }
}
