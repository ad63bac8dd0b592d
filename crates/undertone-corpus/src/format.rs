//! The forms in which a corpus can come.

use std::fmt;
use std::str::FromStr;

use crate::{CodeBook, UnknownCodeBook};

/// How a folder or a file states the clips of a corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorpusFormat {
    /// A folder as a published corpus has it.
    Book(&'static CodeBook),
    /// A folder in the layout `audiofolder` of Hugging Face: a `metadata.csv` or `metadata.jsonl`
    /// with `file_name`, or a folder for each label.
    AudioFolder,
    /// A folder in the format of audformat: a `db.yaml` with tables.
    Audformat,
    /// A CSV with a row for each utterance.
    Manifest,
}

impl CorpusFormat {
    /// The ids of the formats that are no code book.
    const OTHERS: [CorpusFormat; 3] = [
        CorpusFormat::AudioFolder,
        CorpusFormat::Audformat,
        CorpusFormat::Manifest,
    ];

    /// Return the name in front of a path: `crema-d` in `crema-d:DIR`.
    pub fn id(self) -> &'static str {
        match self {
            CorpusFormat::Book(book) => &book.id,
            CorpusFormat::AudioFolder => "audiofolder",
            CorpusFormat::Audformat => "audformat",
            CorpusFormat::Manifest => "manifest",
        }
    }

    /// Return the code book, if the corpus has one.
    pub fn book(self) -> Option<&'static CodeBook> {
        match self {
            CorpusFormat::Book(book) => Some(book),
            _ => None,
        }
    }
}

impl fmt::Display for CorpusFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl FromStr for CorpusFormat {
    type Err = UnknownCodeBook;

    /// Find a format by its id. Case, hyphens, underscores and spaces do not count for code books.
    fn from_str(id: &str) -> Result<Self, Self::Err> {
        let mut others = Self::OTHERS.into_iter();
        match others.find(|format| format.id().eq_ignore_ascii_case(id)) {
            Some(format) => Ok(format),
            None => CodeBook::find(id).map(CorpusFormat::Book),
        }
    }
}
