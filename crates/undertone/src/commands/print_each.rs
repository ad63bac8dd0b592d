//! Printing a row for each recording, in the order of the inputs.

use super::in_order::in_order;
use crate::exit::Exit;
use crate::inputs::Input;
use crate::output;

/// A longer name shifts its own row to the right, not all rows.
const WIDEST_NAME: usize = 48;
const WIDEST_SPAN: &str = "  000.00 - 000.00 s";

/// Prints rows, and counts them.
pub(super) struct Rows {
    json: bool,
    done: usize,
    failed: usize,
}

impl Rows {
    pub(super) fn new(json: bool) -> Self {
        Self {
            json,
            done: 0,
            failed: 0,
        }
    }

    /// Print a result with `print`, which receives the name of the input, or a failure as an error,
    /// or as JSON.
    pub(super) fn row<T>(
        &mut self,
        input: &Input,
        result: Result<T, String>,
        print: impl FnOnce(&str, &T) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let name = input.name();
        match result {
            Ok(value) => {
                self.done += 1;
                print(&name, &value)
            }
            Err(error) => {
                self.failed += 1;
                if self.json {
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
    }

    /// Return how the command ended. `failed` more inputs than those with rows have failed.
    pub(super) fn exit(&self, failed: usize) -> Exit {
        Exit::of(self.done, self.failed + failed)
    }
}

/// Do `work` for each input in parallel. Print each result with `print`, as [`Rows::row`] does.
pub(super) fn print_each<T: Send>(
    inputs: &[Input],
    json: bool,
    work: impl Fn(&Input) -> Result<T, String> + Sync,
    mut print: impl FnMut(&str, &T) -> anyhow::Result<()>,
) -> anyhow::Result<Exit> {
    let mut rows = Rows::new(json);
    in_order(inputs, work, |input, result| {
        rows.row(input, result, &mut print)
    })?;
    Ok(rows.exit(0))
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
