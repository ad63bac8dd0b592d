//! Results on stdout, messages on stderr.

use std::fmt;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::AutoStream;
use anstream::stream::RawStream;
use anyhow::Context;
use serde::{Serialize, Serializer};
use undertone_messages::in_plain_words;

use crate::cli::GlobalArgs;
use crate::progress_bar;

/// The error that nobody reads stdout any more.
#[derive(Debug)]
pub(crate) struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stdout is closed")
    }
}

impl std::error::Error for Closed {}

/// Write a line of the result to stdout. Fails with [`Closed`] if nobody reads it.
pub(crate) fn line(text: impl fmt::Display) -> anyhow::Result<()> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Closed.into()),
        written => written.context("cannot write to stdout"),
    }
}

/// Write a value to stdout as one line of JSON.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string(value)?)
}

/// Set what is printed on stderr, and whether in color. `auto` asks the terminal and the
/// environment.
pub(crate) fn set(args: &GlobalArgs) {
    QUIET.store(args.quiet, Ordering::Relaxed);
    VERBOSE.store(args.verbose, Ordering::Relaxed);
    match args.color {
        clap::ColorChoice::Auto => anstream::ColorChoice::Auto,
        clap::ColorChoice::Always => anstream::ColorChoice::Always,
        clap::ColorChoice::Never => anstream::ColorChoice::Never,
    }
    .write_global();
}

static QUIET: AtomicBool = AtomicBool::new(false);
static VERBOSE: AtomicBool = AtomicBool::new(false);

/// Return whether only results and errors are printed.
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Print a note on stderr, unless `--quiet` is given. It is not an error if nobody reads it.
pub(crate) fn say(text: impl fmt::Display) {
    if !is_quiet() {
        print(text);
    }
}

/// Print a note on stderr if `--verbose` is given.
pub(crate) fn detail(text: impl fmt::Display) {
    if VERBOSE.load(Ordering::Relaxed) {
        print(text);
    }
}

fn print(text: impl fmt::Display) {
    progress_bar::above(|| drop(writeln!(io::stderr().lock(), "{text}")));
}

/// Print an error on stderr.
pub(crate) fn error(text: &str) {
    print(format_args!(
        "{} {}",
        paint(&io::stderr(), RED, "error:"),
        without_controls(text)
    ));
}

/// Print a warning on stderr, unless `--quiet` is given.
pub(crate) fn warning(text: &str) {
    const YELLOW: &str = "\x1b[1;33m";
    say(format_args!(
        "{} {}",
        paint(&io::stderr(), YELLOW, "warning:"),
        without_controls(text)
    ));
}

/// Replace what would steer the terminal, such as escapes in the name of a file. Line breaks stay.
fn without_controls(text: &str) -> String {
    let shown = |it: char| {
        if it.is_control() && it != '\n' {
            '\u{fffd}'
        } else {
            it
        }
    };
    text.chars().map(shown).collect()
}

/// Return a text in one line without anything that steers the terminal.
pub(crate) fn one_line(text: &str) -> String {
    without_controls(text).replace('\n', "\u{fffd}")
}

const RED: &str = "\x1b[1;31m";
pub(crate) const CYAN: &str = "\x1b[36m";
const PLAIN: &str = "\x1b[0m";

/// Color the text if `stream` is a terminal, or as `--color`, `NO_COLOR` and `CLICOLOR_FORCE` say.
pub(crate) fn paint(stream: &impl RawStream, color: &str, text: &str) -> String {
    match is_colored(stream) {
        true => painted(color, text),
        false => text.to_owned(),
    }
}

/// Return whether text for `stream` is colored.
pub(crate) fn is_colored(stream: &impl RawStream) -> bool {
    AutoStream::choice(stream) != anstream::ColorChoice::Never
}

/// Color the text.
pub(crate) fn painted(color: &str, text: &str) -> String {
    format!("{color}{text}{PLAIN}")
}

/// Describe an error and its causes. Causes that it already quotes are not repeated.
pub(crate) fn in_one_line(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    for cause in error.chain().map(ToString::to_string) {
        // Causes come from parsers, which speak of Rust's types.
        text = text.replace(&cause, &in_plain_words(&cause));
    }
    // TOML's errors end with a line break.
    text.trim_end().to_owned()
}

/// Pairs that serialize as a JSON object in this order.
pub(crate) struct InOrder<K, V>(pub(crate) Vec<(K, V)>);

impl<K: Serialize, V: Serialize> Serialize for InOrder<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::in_one_line;

    #[test]
    fn errors_of_parsers_are_told_in_plain_english() {
        let parsed = serde_json::from_str::<Vec<usize>>("[\"ten\"]");
        let error = parsed.context("report.json").unwrap_err();
        assert_eq!(
            in_one_line(&error),
            "report.json: expected a whole number, 0 or more, found the text \"ten\" at line 1 \
             column 6"
        );
    }
}
