//! The model card as a file: metadata and Markdown.

use std::ops::Range;

use thiserror::Error;
use undertone_metrics::Report;
use undertone_models::Model;
use yaml_serde::{Mapping, Value};

use super::scores::CardScores;
use super::{metadata, text};

/// The line above and below the metadata.
const FENCE: &str = "---";

/// A model card: `README.md` in a model's folder.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelCard {
    /// The metadata at the head, in the order of the file.
    pub metadata: Mapping,
    /// The Markdown below the metadata.
    pub text: String,
}

/// Why a card cannot be read or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CardError {
    /// The metadata have no end.
    #[error("the metadata that begin with `---` in the first line need a line of `---` at the end")]
    Open,
    /// The metadata are not a YAML mapping.
    #[error("the metadata at its head: {0}")]
    Yaml(#[from] yaml_serde::Error),
}

impl ModelCard {
    /// Write a model's card. `reports` have its scores; there are none without a test set.
    pub fn new<E: CardScores>(model: &Model, reports: &[Report<E>]) -> Self {
        Self {
            metadata: metadata::of(model, reports),
            text: text::of(model, reports),
        }
    }

    /// Read a card. It may have no metadata.
    ///
    /// # Errors
    /// If the metadata have no end, or are not a YAML mapping.
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

    /// Add missing metadata of `model` and `reports` to the card. Existing metadata stay, except
    /// for results that `reports` replace.
    pub fn complete(&mut self, model: &Model, reports: &[Report]) {
        metadata::retract(&mut self.metadata, reports, &model.config.provenance);
        for (key, value) in metadata::of(model, reports) {
            let is_result = key == metadata::RESULTS;
            match self.metadata.get_mut(&key) {
                Some(known) if is_result => metadata::merge_results(known, value),
                Some(_) => {}
                None => {
                    self.metadata.insert(key, value);
                }
            }
        }
    }

    /// Return the Hub's name of the license in the metadata, such as `cc-by-nc-sa-4.0`.
    pub fn license(&self) -> Option<&str> {
        self.metadata.get("license").and_then(Value::as_str)
    }

    /// Replace the text of the section with a heading of the second level, or add the section at
    /// the end.
    pub fn set_section(&mut self, heading: &str, text: &str) {
        let section = format!("## {heading}\n\n{}\n", text.trim());
        let found = section_lines(&self.text, heading);
        let (before, after) = match &found {
            Some(range) => (&self.text[..range.start], &self.text[range.end..]),
            None => (&self.text[..], ""),
        };
        let mut whole = format!("{}\n\n{section}", before.trim_end());
        if !after.is_empty() {
            whole += &format!("\n{after}");
        }
        self.text = whole.trim_start().to_owned();
    }

    /// Return the content of the file.
    ///
    /// # Errors
    /// If the metadata have no YAML form.
    pub fn to_markdown(&self) -> Result<String, CardError> {
        let yaml = yaml_serde::to_string(&self.metadata)?;
        Ok(format!("{FENCE}\n{yaml}{FENCE}\n\n{}", self.text))
    }
}

/// Return the range of a section of the second level, from its heading up to the next one.
fn section_lines(text: &str, heading: &str) -> Option<Range<usize>> {
    let (mut start, mut offset, mut in_code) = (None, 0, false);
    for line in text.split_inclusive('\n') {
        in_code ^= line.starts_with("```");
        let is_heading = !in_code && (line.starts_with("## ") || line.starts_with("# "));
        if is_heading && let Some(start) = start {
            return Some(start..offset);
        }
        if is_heading && line.strip_prefix("## ").map(str::trim) == Some(heading) {
            start = Some(offset);
        }
        offset += line.len();
    }
    start.map(|start| start..offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_replaced_in_its_place() {
        let card = |text: &str| ModelCard {
            metadata: Mapping::new(),
            text: text.to_owned(),
        };
        for (before, after) in [
            ("# T\n", "# T\n\n## Use\n\nnew\n"),
            ("", "## Use\n\nnew\n"),
            (
                "# T\n\n## Use\n\n```\n## no heading\n```\n\n## End\n\nx\n",
                "# T\n\n## Use\n\nnew\n\n## End\n\nx\n",
            ),
            ("## Use\nold\n### a\n", "## Use\n\nnew\n"),
            ("## Used\n\nx\n", "## Used\n\nx\n\n## Use\n\nnew\n"),
        ] {
            let mut card = card(before);
            for _ in 0..2 {
                card.set_section("Use", "new\n\n");
                assert_eq!(card.text, after);
            }
        }
    }

    #[test]
    fn a_result_replaces_one_of_the_same_data() {
        let index = |results: &str| {
            let yaml = format!("- name: m\n  results: [{results}]");
            yaml_serde::from_str::<Value>(&yaml).unwrap_or_default()
        };
        let result =
            |name: &str, value: u32| format!("{{dataset: {{name: {name}}}, value: {value}}}");
        let both = |a: &str, b: &str| index(&format!("{a}, {b}"));
        let mut known = both(&result("a", 1), &result("b", 2));
        metadata::merge_results(&mut known, both(&result("b", 3), &result("c", 4)));
        let expected = [result("a", 1), result("b", 3), result("c", 4)].join(", ");
        assert_eq!(known, index(&expected));
        let mut by_hand = Value::from("none");
        metadata::merge_results(&mut by_hand, index(&result("a", 1)));
        assert_eq!(by_hand, index(&result("a", 1)));
    }

    #[test]
    fn a_card_is_read_as_it_was_written() {
        let text =
            "---\nlicense: mit\ntags:\n- a\n- 'b: c'\n---\n\n# Title\n\nText with\n---\na rule.\n";
        let card = ModelCard::parse(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(card.license(), Some("mit"));
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
