//! Code books: what is known about published corpora, one declarative file each.
//!
//! The files are in the folder `code_books` of this crate. Each states what a corpus is called, its
//! language, terms and official counts, and either a pattern for the names of its files (`[names]`)
//! or the layout of its tables (`[tables]`).

mod all;
mod book;
mod names;
mod official;
mod tables;
mod terms;

pub use all::UnknownCodeBook;
pub use book::CodeBook;
pub(crate) use names::NamedClip;
pub use official::OfficialCounts;
pub(crate) use tables::TableLayout;
pub use terms::{SpeechKind, Terms};
