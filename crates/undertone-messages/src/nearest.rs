//! The name that was meant.

/// How similar two names must be, from 0 to 1. clap uses the same value for its options.
const LEAST: f64 = 0.7;

/// Return the known name that is most similar to `name`, if one is similar. Case does not count.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let similarity = |known: &str| strsim::jaro_winkler(&name, &known.to_lowercase());
    let similar = known.into_iter().map(|known| (similarity(known), known));
    similar
        .filter(|&(similarity, _)| similarity > LEAST)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}

/// Return ` (did you mean NAME?)`, to stand behind an unknown name, or nothing.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map_or(String::new(), |known| format!(" (did you mean {known}?)"))
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, nearest};

    #[test]
    fn a_slip_is_recognized_and_another_word_is_not() {
        let known = [
            "1-cnn-lstm",
            "3-optimized",
            "8-undertone",
            "9-undertone-open",
        ];
        assert_eq!(nearest("3-optimised", known), Some("3-optimized"));
        assert_eq!(nearest("undertone-open", known), Some("9-undertone-open"));
        assert_eq!(nearest("8-UNDERTON", known), Some("8-undertone"));
        assert_eq!(nearest("xyz", known), None);
        assert_eq!(did_you_mean("xyz", known), "");
        assert_eq!(did_you_mean("1-cnn", known), " (did you mean 1-cnn-lstm?)");
    }
}
