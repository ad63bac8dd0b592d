//! Warnings in a table.

use std::collections::BTreeSet;

use undertone_audio::Warning;

use crate::output;

/// Return the end of a row: the names of its warnings.
pub(super) fn in_words(warnings: &[Warning]) -> String {
    let names: Vec<&str> = warnings.iter().map(|warning| warning.name()).collect();
    match names.is_empty() {
        true => String::new(),
        false => format!("  {}", names.join(", ")),
    }
}

/// Explain the warnings of a table below it.
pub(super) fn explain(warnings: &BTreeSet<Warning>) {
    for warning in warnings {
        output::say(format_args!(
            "{}: {}",
            warning.name(),
            warning.description()
        ));
    }
}
