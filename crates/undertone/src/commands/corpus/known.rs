//! The list of known corpora.

use serde::Serialize;
use undertone_corpus::{CodeBook, OfficialCounts, Terms};

use super::published::{official_clips, terms_in_words};
use crate::output;

/// A code book, as `--list --json` shows it.
#[derive(Serialize)]
struct Known<'a> {
    id: &'a str,
    name: &'a str,
    title: &'a str,
    language: &'a str,
    language_codes: &'a [String],
    kind: &'static str,
    source: &'a str,
    citation: &'a str,
    terms: &'a Terms,
    official: &'a OfficialCounts,
    notes: &'a [String],
    described_by: &'a str,
    examples: &'a [String],
}

/// Print all code books: a line each, or with `json` an object each.
pub(super) fn list(json: bool) -> anyhow::Result<()> {
    for book in CodeBook::all() {
        if json {
            output::json(&Known {
                id: &book.id,
                name: &book.name,
                title: &book.title,
                language: &book.language,
                language_codes: &book.language_codes,
                kind: book.kind.name(),
                source: &book.source,
                citation: &book.citation,
                terms: &book.terms,
                official: &book.official,
                notes: &book.notes,
                described_by: book.described_by(),
                examples: book.examples(),
            })?;
        } else {
            output::line(format_args!(
                "{:12}{:>8} clips  {}, {} ({}; {})",
                book.id,
                official_clips(book),
                book.language,
                book.kind,
                book.terms.license,
                terms_in_words(&book.terms)
            ))?;
        }
    }
    Ok(())
}
