//! What runs are called on a page.

use std::path::Path;

use undertone_lab::RunRecord;

/// A name for each run: its folder's, with as many folders above as tell it from the others.
pub(crate) fn names(records: &[RunRecord]) -> Vec<String> {
    let parts: Vec<Vec<String>> = records.iter().map(|record| parts(&record.path)).collect();
    let name = |parts: &[String], depth: usize| {
        let from = parts.len().saturating_sub(depth);
        parts.get(from..).unwrap_or_default().join("/")
    };
    parts
        .iter()
        .enumerate()
        .map(|(index, own)| {
            let unique = |depth: &usize| {
                let mut others = parts
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != index);
                others.all(|(_, other)| name(other, *depth) != name(own, *depth))
            };
            let depth = (1..=own.len()).find(unique).unwrap_or(own.len());
            name(own, depth)
        })
        .collect()
}

fn parts(path: &Path) -> Vec<String> {
    // `.` and `..` are no names.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let parts = path.components().filter_map(|part| match part {
        std::path::Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
        _ => None,
    });
    parts.collect()
}
