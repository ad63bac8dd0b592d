//! Errors of the command line in plain English.

use std::error::Error;
use std::path::Path;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Reword an error whose reason comes from Rust's own parsers, or that a file name causes.
pub(super) fn reworded(error: clap::Error, program: &mut Command) -> clap::Error {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let message = match error.kind() {
        ErrorKind::ValueValidation => {
            let reason = error.source().map(ToString::to_string).unwrap_or_default();
            let (option, value) = (
                text(ContextKind::InvalidArg),
                text(ContextKind::InvalidValue),
            );
            plain(&reason).map(|reason| {
                format!(
                    "invalid value '{}' for '{}': {reason}",
                    value.unwrap_or_default(),
                    option.unwrap_or_default()
                )
            })
        }
        ErrorKind::UnknownArgument => dashed_file(),
        _ => None,
    };
    match message {
        Some(message) => program.error(error.kind(), message),
        None => error,
    }
}

/// Return the reason in plain English, if it is one of Rust's parsers of numbers.
fn plain(reason: &str) -> Option<String> {
    let number = match reason {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "expected a whole number"
        }
        "invalid float literal" | "cannot parse float from empty string" => "expected a number",
        "number too large to fit in target type" => "the number is too large",
        "number too small to fit in target type" => "the number is too small",
        "number would be zero for non-zero type" => "expected a whole number above 0",
        other => return range(other),
    };
    Some(number.to_owned())
}

/// Reword `0 is not in 1..=1024`.
fn range(reason: &str) -> Option<String> {
    let (_, range) = reason.split_once(" is not in ")?;
    let (least, most) = range.split_once("..")?;
    match most.strip_prefix('=') {
        Some(most) => Some(format!("expected a whole number from {least} to {most}")),
        None if most.is_empty() => Some(format!("expected a whole number, {least} or more")),
        None => None,
    }
}

/// Return advice if an argument that looks like an option is a file.
fn dashed_file() -> Option<String> {
    let words = std::env::args().skip(1);
    let mut files = words.filter(|word| word.starts_with('-') && Path::new(word).is_file());
    let file = files.next()?;
    Some(format!(
        "'{file}' looks like an option, and there is a file of that name: write ./{file}"
    ))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn numbers_are_asked_for_in_plain_english() {
        let whole = "x".parse::<usize>().unwrap_err().to_string();
        assert_eq!(plain(&whole).as_deref(), Some("expected a whole number"));
        let float = "x".parse::<f64>().unwrap_err().to_string();
        assert_eq!(plain(&float).as_deref(), Some("expected a number"));
        let large = "300".parse::<u8>().unwrap_err().to_string();
        assert_eq!(plain(&large).as_deref(), Some("the number is too large"));
        let range = plain("0 is not in 1..=1024");
        assert_eq!(
            range.as_deref(),
            Some("expected a whole number from 1 to 1024")
        );
        assert_eq!(plain("no such corpus"), None);
    }
}
