//! Numbers in words, as pages show them. A no-break space stands between a number and its unit.

/// Return a number of clips: "1 clip", "2 clips".
pub fn clips(number: usize) -> String {
    count(number, "clip")
}

/// Return a number with a noun whose plural ends in "s".
pub fn count(number: usize, noun: &str) -> String {
    plural(number, noun, &format!("{noun}s"))
}

/// Return a number with the noun or words that go with it.
pub fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Return a list in words: "a", "a and b", "a, b and c"; "none" if it is empty.
pub fn listed<T: AsRef<str>>(words: &[T]) -> String {
    match words {
        [] => "none".to_owned(),
        [only] => only.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// Return seconds as a length of time: "3.7 s", "12 min 5 s", "1 h 29 min".
pub fn length(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..=59 => format!("{seconds:.1}\u{a0}s"),
        60..=3599 => format!("{}\u{a0}min {}\u{a0}s", whole / 60, whole % 60),
        _ => {
            let minutes = (seconds / 60.0).round() as u64;
            format!("{}\u{a0}h {}\u{a0}min", minutes / 60, minutes % 60)
        }
    }
}

/// Return a share from 0 to 1 in whole percent. A share that is not exactly 0 or 1 is never shown
/// as
/// 0 % or 100 %.
pub fn percent(share: f64) -> String {
    match 100.0 * share {
        p if p > 0.0 && p < 1.0 => "less than 1\u{a0}%".to_owned(),
        p if p < 100.0 && p > 99.0 => "more than 99\u{a0}%".to_owned(),
        p => format!("{p:.0}\u{a0}%"),
    }
}

/// Return a share from 0 to 1 in percent with one decimal and without the sign, for tables.
pub fn in_percent(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}

/// Return a number with its sign, and a real minus sign.
pub fn signed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let zero = text.chars().all(|c| matches!(c, '0' | '.'));
    match (zero, value < 0.0) {
        (true, _) => format!("±{text}"),
        (false, true) => format!("−{text}"),
        (false, false) => format!("+{text}"),
    }
}

/// Return a number with a real minus sign.
pub fn number(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}").replace('-', "−")
}

/// Return a value with its unit.
pub fn with_unit(value: f64, decimals: usize, unit: &str) -> String {
    format!("{}\u{a0}{unit}", number(value, decimals))
}

/// Return the text with a capital letter at its beginning.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_lists_read_as_english() {
        assert_eq!(clips(1), "1 clip");
        assert_eq!(clips(0), "0 clips");
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
        assert_eq!(listed::<&str>(&[]), "none");
    }

    #[test]
    fn lengths_carry_over() {
        assert_eq!(length(59.4), "59.4\u{a0}s");
        assert_eq!(length(59.97), "1\u{a0}min 0\u{a0}s");
        assert_eq!(length(3599.7), "1\u{a0}h 0\u{a0}min");
        assert_eq!(length(5333.0), "1\u{a0}h 29\u{a0}min");
    }

    #[test]
    fn shares_and_signs_do_not_round_to_untruths() {
        assert_eq!(percent(0.998), "more than 99\u{a0}%");
        assert_eq!(percent(0.002), "less than 1\u{a0}%");
        assert_eq!(percent(1.0), "100\u{a0}%");
        assert_eq!(signed(-0.04, 1), "±0.0");
        assert_eq!(signed(-3.12, 1), "−3.1");
        assert_eq!(number(-3.12, 1), "−3.1");
    }
}
