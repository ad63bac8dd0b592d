//! The width of the first column of a table.

use crate::inputs::Input;

/// A longer name shifts its own row to the right, not all rows.
const WIDEST_NAME: usize = 48;
const WIDEST_SPAN: &str = "  000.00 - 000.00 s";

/// Return the width of the column of names, which also holds the spans of segments.
pub(super) fn name_width(inputs: &[Input], segments: bool) -> usize {
    let names = inputs.iter().map(|input| input.name().chars().count());
    let least = match segments {
        true => WIDEST_SPAN.len(),
        false => "file".len(),
    };
    names.max().unwrap_or(0).clamp(least, WIDEST_NAME)
}
