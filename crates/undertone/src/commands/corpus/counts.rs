//! Counts by name, in an order.

use std::fmt::Display;

use crate::output::{self, InOrder};

pub(super) type Counts = InOrder<String, usize>;

pub(super) fn counts<K: ToString>(pairs: impl IntoIterator<Item = (K, usize)>) -> Counts {
    InOrder(
        pairs
            .into_iter()
            .map(|(key, count)| (key.to_string(), count))
            .collect(),
    )
}

/// Count by a key that some clips do not have.
pub(super) fn counts_or_unknown<K: ToString>(
    pairs: impl IntoIterator<Item = (Option<K>, usize)>,
) -> Counts {
    counts(pairs.into_iter().map(|(key, count)| {
        (
            key.map_or_else(|| "unknown".to_owned(), |key| key.to_string()),
            count,
        )
    }))
}

pub(super) fn print_counts(title: impl Display, counts: &Counts) -> anyhow::Result<()> {
    output::line(format_args!("\n{title}"))?;
    let width = counts
        .0
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0)
        .max(10);
    for (name, count) in &counts.0 {
        output::line(format_args!("  {name:width$}{count:>9}"))?;
    }
    Ok(())
}
