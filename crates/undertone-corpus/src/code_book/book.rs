//! A code book.

use serde::Deserialize;

use super::names::{NamedClip, Names};
use super::official::OfficialCounts;
use super::tables::{TableLayout, Tables};
use super::terms::{SpeechKind, Terms};

/// What is known about a published corpus.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeBook {
    /// The name in commands and recipes, for instance `crema-d`.
    pub id: String,
    /// The usual name, for instance `CREMA-D`.
    pub name: String,
    /// The full name.
    pub title: String,
    /// The language in words.
    pub language: String,
    /// The ISO 639-1 codes of the languages.
    #[serde(rename = "codes")]
    pub language_codes: Vec<String>,
    /// How the speech came about.
    pub kind: SpeechKind,
    /// Where the corpus is published.
    pub source: String,
    /// What to cite.
    pub citation: String,
    /// What a user should know, in sentences.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What the license allows.
    pub terms: Terms,
    /// The counts that the publishers state.
    pub official: OfficialCounts,
    names: Option<Names>,
    tables: Option<Tables>,
}

impl CodeBook {
    /// Return where the publishers describe the names or tables.
    pub fn described_by(&self) -> &str {
        let names = self.names.as_ref().map(|names| &names.described_by);
        let tables = self.tables.as_ref().map(|tables| &tables.described_by);
        names.or(tables).map_or(&self.source, String::as_str)
    }

    /// Return names of files as the corpus has them. Empty for a corpus whose labels are in tables.
    pub fn examples(&self) -> &[String] {
        self.names.as_ref().map_or(&[], |names| &names.examples)
    }

    /// Read the name of a file: its path with `/` and without the extension.
    pub(crate) fn read_name(&self, name: &str) -> Option<NamedClip> {
        self.names.as_ref()?.read(name)
    }

    /// Return whether the corpus has a file of this name.
    pub(crate) fn matches_name(&self, name: &str) -> bool {
        self.names.as_ref().is_some_and(|names| names.matches(name))
    }

    /// Return the layout of the tables that hold the labels. `None` if they are in the names.
    pub(crate) fn layout(&self) -> Option<TableLayout> {
        self.tables.as_ref().map(|tables| tables.layout)
    }

    /// Return whether the book has either a pattern for names or a layout of tables.
    pub(super) fn is_complete(&self) -> bool {
        self.names.is_some() != self.tables.is_some()
    }
}

/// Code books are equal if they are about the same corpus.
impl PartialEq for CodeBook {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for CodeBook {}
