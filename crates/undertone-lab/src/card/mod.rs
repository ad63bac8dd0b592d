//! The model card: what a model is, how good it is, what it is not for.
//!
//! Markdown with metadata for the Hugging Face Hub at its head, as `README.md` of a model's folder.
//! It is written when a run ends, may be edited by hand, and is taken along when the model is
//! exported.

mod metadata;
mod results;
mod text;

use thiserror::Error;
use undertone_models::Model;
use yaml_serde::{Mapping, Value};

use crate::judging::Report;

pub use metadata::licence;
pub use results::results;

/// The line above and below the metadata.
const FENCE: &str = "---";

/// A model card.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelCard {
    /// Metadata in the order in which they are written; at the head, between two lines of `---`.
    pub metadata: Mapping,
    /// The Markdown below.
    pub text: String,
}

/// A card that cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CardError {
    /// Metadata without an end.
    #[error("the metadata that begin with `---` in the first line have no end: a line of `---`")]
    Open,
    /// Metadata that are no YAML mapping.
    #[error("the metadata at its head: {0}")]
    Yaml(#[from] yaml_serde::Error),
}

impl ModelCard {
    /// Writes a model's card. `reports` say how good it is; empty where nothing was held back.
    pub fn new(model: &Model, reports: &[Report]) -> Self {
        Self {
            metadata: metadata::of(&model.config, reports),
            text: text::of(model, reports),
        }
    }

    /// Reads a card.
    ///
    /// # Errors
    /// If its metadata have no end, or are no YAML mapping. A card without metadata is none.
    pub fn parse(card: &str) -> Result<Self, CardError> {
        let mut lines = card.split_inclusive('\n');
        if lines.next().map(str::trim_end) != Some(FENCE) {
            return Ok(Self {
                metadata: Mapping::new(),
                text: card.trim_start().to_owned(),
            });
        }
        let mut yaml = String::new();
        for line in lines.by_ref() {
            if line.trim_end() == FENCE {
                return Ok(Self {
                    metadata: match yaml.trim() {
                        "" => Mapping::new(),
                        yaml => yaml_serde::from_str(yaml)?,
                    },
                    text: lines.collect::<String>().trim_start().to_owned(),
                });
            }
            yaml += line;
        }
        Err(CardError::Open)
    }

    /// Brings the metadata of a card that was read up to date: what `model` and `reports` tell is
    /// added where it is missing; what the card says itself stays, except for results that
    /// `reports` tell anew.
    pub fn complete(&mut self, model: &Model, reports: &[Report]) {
        for (key, value) in metadata::of(&model.config, reports) {
            let is_result = key == metadata::RESULTS;
            if is_result || !self.metadata.contains_key(&key) {
                self.metadata.insert(key, value);
            }
        }
    }

    /// The licence that the metadata name, in the Hub's words, such as `cc-by-nc-sa-4.0`.
    pub fn licence(&self) -> Option<&str> {
        self.metadata.get("license").and_then(Value::as_str)
    }

    /// Adds a section at the end.
    pub fn append(&mut self, section: &str) {
        self.text = format!("{}\n\n{}\n", self.text.trim_end(), section.trim_end());
    }

    /// The file's content.
    ///
    /// # Errors
    /// If the metadata have no YAML form.
    pub fn to_markdown(&self) -> Result<String, CardError> {
        let yaml = yaml_serde::to_string(&self.metadata)?;
        Ok(format!("{FENCE}\n{yaml}{FENCE}\n\n{}", self.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_survives_its_file() {
        let text =
            "---\nlicense: mit\ntags:\n- a\n- 'b: c'\n---\n\n# Title\n\nText with\n---\na rule.\n";
        let card = ModelCard::parse(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(card.licence(), Some("mit"));
        assert!(card.text.starts_with("# Title"));
        assert_eq!(card.to_markdown().ok().as_deref(), Some(text));
    }

    #[test]
    fn a_card_may_have_no_metadata() {
        for text in ["# Title\n", "---\n---\n# Title\n"] {
            let card = ModelCard::parse(text).unwrap_or_else(|error| panic!("{error}"));
            assert!(card.metadata.is_empty());
            assert_eq!(card.text, "# Title\n");
        }
    }

    #[test]
    fn broken_metadata_are_refused() {
        assert!(matches!(
            ModelCard::parse("---\nlicense: mit\n# Title\n"),
            Err(CardError::Open)
        ));
        for yaml in ["- a\n- b", "a: [", "a: b: c"] {
            let card = format!("---\n{yaml}\n---\n");
            assert!(
                matches!(ModelCard::parse(&card), Err(CardError::Yaml(_))),
                "{yaml}"
            );
        }
    }
}
