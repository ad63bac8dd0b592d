//! Printing a row for each recording, in the order of the inputs.

use super::in_order::in_order;
use crate::exit::Exit;
use crate::inputs::Input;
use crate::output;

/// A longer name shifts its own row to the right, not all rows.
const WIDEST_NAME: usize = 48;
const WIDEST_SPAN: &str = "  000.00 - 000.00 s";

/// Do `work` for each input in parallel. Print each result with `print`, which receives the name of
/// the input, and print each failure as an error, or as JSON.
pub(super) fn print_each<T: Send>(
    inputs: &[Input],
    json: bool,
    work: impl Fn(&Input) -> Result<T, String> + Sync,
    mut print: impl FnMut(&str, &T) -> anyhow::Result<()>,
) -> anyhow::Result<Exit> {
    let (mut done, mut failed) = (0, 0);
    in_order(inputs, work, |input, result| {
        let name = input.name();
        match result {
            Ok(value) => {
                done += 1;
                print(&name, &value)
            }
            Err(error) => {
                failed += 1;
                if json {
                    output::json(&output::Failure {
                        path: &name,
                        error: &error,
                    })
                } else {
                    output::error(&format!("{name}: {error}"));
                    Ok(())
                }
            }
        }
    })?;
    Ok(Exit::of(done, failed))
}

/// Return the width of the column of names, which also holds the spans of windows in a timeline.
pub(super) fn name_width(inputs: &[Input], timeline: bool) -> usize {
    let names = inputs.iter().map(|input| input.name().chars().count());
    let least = match timeline {
        true => WIDEST_SPAN.len(),
        false => "file".len(),
    };
    names.max().unwrap_or(0).clamp(least, WIDEST_NAME)
}
