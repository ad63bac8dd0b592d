//! Errors of parsers without the words of Rust.

use crate::nearest::did_you_mean;

/// Return a message of `serde` in plain English. Other messages stay as they are.
pub fn in_plain_words(message: &str) -> String {
    let message = message.trim_end();
    let reworded = of_a_text(message)
        .or_else(|| of_a_value(message))
        .or_else(|| of_a_name(message, "unknown field `", "key", "keys"))
        .or_else(|| of_a_name(message, "unknown variant `", "value", "values"))
        .or_else(|| {
            quoted(message, "missing field `")
                .map(|(name, rest)| format!("the key `{name}` is missing{rest}"))
        })
        .or_else(|| {
            quoted(message, "duplicate field `")
                .map(|(name, rest)| format!("the key `{name}` is there twice{rest}"))
        });
    reworded.unwrap_or_else(|| {
        match message.contains("did not match any variant of untagged enum") {
            true => "the value has none of the forms that are allowed here".to_owned(),
            false => message.to_owned(),
        }
    })
}

/// Reword the errors of a text that is no JSON.
fn of_a_text(message: &str) -> Option<String> {
    let (words, place) = message.split_at(message.find(" at line ")?);
    match words {
        _ if words.starts_with("EOF while parsing") && place == " at line 1 column 0" => {
            Some("the file is empty".to_owned())
        }
        _ if words.starts_with("EOF while parsing") => {
            Some(format!("the text ends too early{place}"))
        }
        "expected value" | "expected ident" => Some(format!("not JSON{place}")),
        _ => None,
    }
}

/// Reword `invalid type: string "ten", expected usize`.
fn of_a_value(message: &str) -> Option<String> {
    let kinds = ["invalid type: ", "invalid value: ", "invalid length "];
    let kind = kinds.into_iter().find(|kind| message.starts_with(kind))?;
    let (found, expected) = message[kind.len()..].rsplit_once(", expected ")?;
    // JSON's errors end with their place.
    let (expected, place) = match expected.find(" at line ") {
        Some(at) => expected.split_at(at),
        None => (expected, ""),
    };
    let found = match kind {
        "invalid length " => format!("{found} values"),
        _ => found_in_words(found),
    };
    Some(format!(
        "expected {}, found {found}{place}",
        expected_in_words(expected)
    ))
}

fn expected_in_words(expected: &str) -> &str {
    match expected {
        "usize" | "u8" | "u16" | "u32" | "u64" | "u128" => "a whole number, 0 or more",
        "a nonzero usize" | "a nonzero u8" | "a nonzero u16" | "a nonzero u32"
        | "a nonzero u64" => "a whole number above 0",
        "isize" | "i8" | "i16" | "i32" | "i64" | "i128" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a string" | "a borrowed string" | "a character" | "path string" => "a text",
        "a sequence" => "a list",
        "a map" | "map" => "a table",
        "unit" => "nothing",
        other if other.starts_with("struct ") || other.contains("tagged enum") => "a table",
        other if other.starts_with("enum ") || other.contains("identifier") => "a name",
        other if other.starts_with("a tuple") || other.starts_with("tuple ") => "a list",
        other if other.starts_with("an array of length ") => "a list of another length",
        other => other,
    }
}

fn found_in_words(found: &str) -> String {
    let plain = found.replace('`', "");
    let words = plain
        .split_once(' ')
        .map_or((plain.as_str(), ""), |(kind, value)| (kind, value));
    match words {
        ("string", value) => format!("the text {value}"),
        ("integer", value) => format!("the number {value}"),
        ("floating", value) => format!("the number {}", value.trim_start_matches("point ")),
        ("boolean", value) => value.to_owned(),
        ("sequence", _) => "a list".to_owned(),
        ("map", _) => "a table".to_owned(),
        ("null", _) | ("unit", _) | ("Option", _) => "nothing".to_owned(),
        _ => plain,
    }
}

/// Reword ``unknown field `a`, expected one of `b`, `c` ``, and name the one that was meant.
fn of_a_name(message: &str, beginning: &str, one: &str, many: &str) -> Option<String> {
    let (name, rest) = quoted(message, beginning)?;
    let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
    let hint = did_you_mean(name, known.iter().copied());
    Some(match &known[..] {
        [] => format!("unknown {one} `{name}`"),
        [only] => format!("unknown {one} `{name}`; the only {one} here is {only}"),
        known => format!(
            "unknown {one} `{name}`{hint}; the {many} here are {}",
            known.join(", ")
        ),
    })
}

/// Return the quoted name behind a beginning, and what follows it.
fn quoted<'a>(message: &'a str, beginning: &str) -> Option<(&'a str, &'a str)> {
    message.strip_prefix(beginning)?.split_once('`')
}

#[cfg(test)]
mod tests {
    use super::in_plain_words;

    #[test]
    fn the_words_of_rust_are_gone() {
        for (message, plain) in [
            (
                "invalid type: string \"ten\", expected usize",
                "expected a whole number, 0 or more, found the text \"ten\"",
            ),
            (
                "invalid value: integer `-1`, expected u64",
                "expected a whole number, 0 or more, found the number -1",
            ),
            (
                "invalid type: floating point `1.5`, expected i64 at line 3 column 7",
                "expected a whole number, found the number 1.5 at line 3 column 7",
            ),
            (
                "invalid type: map, expected a sequence",
                "expected a list, found a table",
            ),
            (
                "invalid type: integer `3`, expected struct Recipe",
                "expected a table, found the number 3",
            ),
            (
                "unknown field `epoch`, expected one of `epochs`, `batch_size`",
                "unknown key `epoch` (did you mean epochs?); the keys here are epochs, batch_size",
            ),
            (
                "unknown variant `cnn`, expected `cnn-lstm` or `pretrained`",
                "unknown value `cnn` (did you mean cnn-lstm?); the values here are cnn-lstm, \
                 pretrained",
            ),
            ("missing field `network`", "the key `network` is missing"),
            (
                "EOF while parsing a value at line 1 column 0",
                "the file is empty",
            ),
            (
                "EOF while parsing an object at line 3 column 9",
                "the text ends too early at line 3 column 9",
            ),
            (
                "expected value at line 1 column 1",
                "not JSON at line 1 column 1",
            ),
            (
                "data did not match any variant of untagged enum SchemeText",
                "the value has none of the forms that are allowed here",
            ),
            ("the rate must be above 0", "the rate must be above 0"),
        ] {
            assert_eq!(in_plain_words(message), plain);
        }
    }
}
