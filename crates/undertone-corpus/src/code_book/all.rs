//! All code books.

use std::sync::LazyLock;

use undertone_messages::did_you_mean;

use super::book::CodeBook;

macro_rules! code_books {
    ($($id:literal),* $(,)?) => {
        /// The identifier and the text of each code book.
        const TEXTS: &[(&str, &str)] =
            &[$(($id, include_str!(concat!("../../code_books/", $id, ".toml")))),*];
    };
}

code_books![
    "ravdess",
    "crema-d",
    "tess",
    "savee",
    "jl-corpus",
    "emov-db",
    "esd",
    "iemocap",
    "meld",
    "msp-podcast",
    "emodb",
    "emovo",
    "cafe",
    "mesd",
    "aesdd",
    "nemo",
    "turev",
    "shemo",
    "urdu",
    "subesco",
    "baved",
    "ased",
];

#[expect(
    clippy::expect_used,
    reason = "the texts are part of the program, and a test parses each of them"
)]
static BOOKS: LazyLock<Vec<CodeBook>> = LazyLock::new(|| {
    let parse = |(id, text): &(&str, &str)| parse(id, text).expect("a code book of this crate");
    TEXTS.iter().map(parse).collect()
});

fn parse(id: &str, text: &str) -> Result<CodeBook, String> {
    let book: CodeBook = toml::from_str(text).map_err(|error| format!("{id}: {error}"))?;
    match book.is_complete() && book.id == id {
        true => Ok(book),
        false => Err(format!(
            "{id}: a code book has its file's name as id, and either [names] or [tables]"
        )),
    }
}

impl CodeBook {
    /// Return all code books: those for English first.
    pub fn all() -> &'static [CodeBook] {
        &BOOKS
    }

    /// Return the code book of the corpus with this name, for instance `CREMA-D`, as it stands in
    /// [`Utterance::corpus`](crate::Utterance::corpus).
    pub fn named(name: &str) -> Option<&'static CodeBook> {
        Self::all().iter().find(|book| book.name == name)
    }

    /// Find a code book by its id. Case, hyphens, underscores and spaces do not count.
    ///
    /// # Errors
    /// If there is none: the error lists all.
    pub fn find(id: &str) -> Result<&'static CodeBook, UnknownCodeBook> {
        let wanted = plain(id);
        let mut books = Self::all().iter();
        books
            .find(|book| plain(&book.id) == wanted)
            .ok_or_else(|| UnknownCodeBook(id.to_owned()))
    }
}

fn plain(id: &str) -> String {
    let letters = id.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// A word that names no code book.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown corpus \"{0}\"{hint}; known are {known}", hint = hint(.0), known = ids().join(", "))]
pub struct UnknownCodeBook(pub String);

fn hint(id: &str) -> String {
    did_you_mean(id, ids())
}

fn ids() -> Vec<&'static str> {
    let ids = CodeBook::all().iter().map(|book| book.id.as_str());
    ids.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{CodeBook, TEXTS, parse};

    #[test]
    fn a_code_book_is_found_by_the_name_of_its_corpus() {
        for book in CodeBook::all() {
            assert_eq!(CodeBook::named(&book.name), Some(book));
        }
        assert_eq!(CodeBook::named("CREMA-D").unwrap().id, "crema-d");
        assert_eq!(CodeBook::named("crema-d"), None);
    }

    #[test]
    fn each_code_book_is_sound() {
        for (id, text) in TEXTS {
            let book = parse(id, text).unwrap();
            let official = &book.official;
            if let (Some(clips), false) = (official.clips, official.emotions.is_empty()) {
                assert_eq!(official.emotions.values().sum::<usize>(), clips, "{id}");
            }
            assert!(
                !book.language_codes.is_empty() && !book.described_by().is_empty(),
                "{id}"
            );
        }
    }

    #[test]
    fn each_file_of_the_folder_is_a_code_book() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/code_books");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        let known = TEXTS.iter().map(|(id, _)| format!("{id}.toml")).collect();
        assert_eq!(files, known);
    }

    #[test]
    fn each_example_is_a_name_of_one_corpus_only() {
        for book in CodeBook::all() {
            for example in book.examples() {
                let name = example.rsplit_once('.').unwrap().0;
                let books: Vec<&str> = CodeBook::all()
                    .iter()
                    .filter(|book| book.read_name(name).is_some())
                    .map(|book| book.id.as_str())
                    .collect();
                assert_eq!(books, [book.id.as_str()], "{example}");
            }
        }
    }
}
