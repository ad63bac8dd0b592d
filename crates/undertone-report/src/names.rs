//! The names of runs on a page.

use std::path::Path;

use undertone_lab::{RunRecord, Target};

/// Return a name for each run: that of its folder, with as many parent folders as make it unique.
pub(crate) fn names<P: Target>(records: &[RunRecord<P>]) -> Vec<String> {
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
    // `.` and `..` are not names.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let parts = path.components().filter_map(|part| match part {
        std::path::Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
        _ => None,
    });
    parts.collect()
}
