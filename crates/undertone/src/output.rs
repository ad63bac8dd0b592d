//! Results on stdout, messages on stderr.

use std::fmt;
use std::io::{self, IsTerminal, Write};

use anyhow::Context;
use serde::{Serialize, Serializer};

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

/// Print a message on stderr. It is not an error if nobody reads it.
pub(crate) fn say(text: impl fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Print an error on stderr.
pub(crate) fn error(text: &str) {
    say(format_args!(
        "{} {text}",
        paint(&io::stderr(), RED, "error:")
    ));
}

/// Print a warning on stderr.
pub(crate) fn warning(text: &str) {
    const YELLOW: &str = "\x1b[1;33m";
    say(format_args!(
        "{} {text}",
        paint(&io::stderr(), YELLOW, "warning:")
    ));
}

const RED: &str = "\x1b[1;31m";
pub(crate) const CYAN: &str = "\x1b[36m";
const PLAIN: &str = "\x1b[0m";

/// Color the text if `stream` is a terminal and `NO_COLOR` is not set.
pub(crate) fn paint(stream: &impl IsTerminal, color: &str, text: &str) -> String {
    match stream.is_terminal() {
        true => painted(color, text),
        false => text.to_owned(),
    }
}

/// Color the text for a terminal, unless `NO_COLOR` is set.
pub(crate) fn painted(color: &str, text: &str) -> String {
    match std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        true => text.to_owned(),
        false => format!("{color}{text}{PLAIN}"),
    }
}

/// Describe an error and its causes. Causes that it already quotes are not repeated.
pub(crate) fn in_one_line(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
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

/// A failed input, as `--json` prints it.
#[derive(Serialize)]
pub(crate) struct Failure<'a> {
    pub(crate) path: &'a str,
    pub(crate) error: &'a str,
}
