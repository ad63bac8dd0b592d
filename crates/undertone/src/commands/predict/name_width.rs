//! The width of the first column of a table.

use crate::inputs::Inputs;

/// A longer name shifts its own row to the right, not all rows.
const WIDEST_NAME: usize = 48;
const WIDEST_SPAN: &str = "  000.00 - 000.00 s";

/// The width where no recording is known before the first is read.
const UNKNOWN: usize = 32;

/// Return the width of the column of names, which also holds the spans of segments. It fits the
/// recordings that are known before the first is read.
pub(super) fn name_width(inputs: &mut Inputs, segments: bool) -> usize {
    let names = inputs.first().iter();
    let names = names.map(|input| input.name().chars().count());
    let least = match segments {
        true => WIDEST_SPAN.len(),
        false => "file".len(),
    };
    names.max().unwrap_or(UNKNOWN).clamp(least, WIDEST_NAME)
}
