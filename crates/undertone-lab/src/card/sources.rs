//! The corpora that a model was trained on, and their terms.

use std::collections::BTreeSet;

use undertone_corpus::CodeBook;
use undertone_models::Provenance;

/// A corpus that a model was trained on.
pub(super) struct Source<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// What is known about it; `None` for a manifest of the user's own.
    pub(super) book: Option<&'static CodeBook>,
}

/// Return the corpora that a model was trained on.
pub(super) fn sources(provenance: &Provenance) -> Vec<Source<'_>> {
    provenance
        .corpora()
        .map(|name| Source {
            name,
            book: CodeBook::named(name),
        })
        .collect()
}

/// Return the Hub's name of the license that a model's weights have because of their corpora:
/// that of the corpora if they share one, else `other`. `None` if the terms of one are not known.
pub fn license(provenance: &Provenance) -> Option<String> {
    let licenses: Option<BTreeSet<String>> = sources(provenance)
        .iter()
        .map(|source| Some(identifier(&source.book?.terms.license)))
        .collect();
    let licenses = licenses?;
    Some(match licenses.first() {
        Some(license) if licenses.len() == 1 => license.clone(),
        _ => "other".to_owned(),
    })
}

/// Return the Hub's name of a license: `cc-by-nc-sa-4.0`, or `other`.
fn identifier(license: &str) -> String {
    let known = ["CC0 1.0", "CC BY 4.0", "CC BY-NC-SA 4.0", "CC BY-NC-ND 4.0"];
    match known.contains(&license) {
        true => license.to_lowercase().replace(' ', "-"),
        false if license.starts_with("ODbL") => "odbl".to_owned(),
        false => "other".to_owned(),
    }
}

/// Return the codes of the languages of all corpora, sorted.
pub(super) fn languages(provenance: &Provenance) -> Vec<&'static str> {
    let sources = sources(provenance);
    let books = sources.iter().filter_map(|source| source.book);
    let codes: BTreeSet<&str> = books
        .flat_map(|book| book.language_codes.iter().map(String::as_str))
        .collect();
    codes.into_iter().collect()
}

/// Return the section about the terms of the corpora; empty if none is known.
pub(super) fn license_section(provenance: &Provenance) -> String {
    let sources = sources(provenance);
    if sources.iter().all(|source| source.book.is_none()) {
        return String::new();
    }
    let mut text = String::from("\n## License\n\nTrained on:\n\n");
    for source in &sources {
        text += &match source.book {
            Some(book) => format!(
                "- {} ({}): {}.\n",
                book.name, book.citation, book.terms.license
            ),
            None => format!("- {}: terms not known.\n", source.name),
        };
    }
    let books = || sources.iter().filter_map(|source| source.book);
    text += "\nThese weights carry the terms of all of these corpora";
    text += match books().all(|book| book.terms.commercial) {
        true => ".\n",
        false => ": no commercial use.\n",
    };
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trained_on(corpus: &str) -> Provenance {
        Provenance {
            corpus: corpus.to_owned(),
            ..Provenance::default()
        }
    }

    #[test]
    fn a_license_is_that_of_all_corpora_or_other() {
        let license = |corpus: &str| license(&trained_on(corpus));
        assert_eq!(license("RAVDESS").as_deref(), Some("cc-by-nc-sa-4.0"));
        assert_eq!(
            license("RAVDESS + nEMO").as_deref(),
            Some("cc-by-nc-sa-4.0")
        );
        assert_eq!(license("CREMA-D + RAVDESS").as_deref(), Some("other"));
        assert_eq!(license("CREMA-D").as_deref(), Some("odbl"));
        assert_eq!(license("RAVDESS + my clips"), None);
    }

    #[test]
    fn the_terms_of_every_corpus_are_listed() {
        let text = license_section(&trained_on("CREMA-D + RAVDESS"));
        assert!(
            text.contains("ODbL 1.0") && text.contains("CC BY-NC-SA 4.0"),
            "{text}"
        );
        assert!(text.contains("no commercial use"), "{text}");
        assert!(!license_section(&trained_on("CREMA-D")).contains("no commercial use"));
        let own = license_section(&trained_on("CREMA-D + my clips"));
        assert!(own.contains("my clips: terms not known") && !own.contains("no commercial use"));
        assert_eq!(license_section(&trained_on("my clips")), "");
    }
}
