//! The model card: what a model is, how good it is, what it is not for.
//!
//! Markdown with metadata for the Hugging Face Hub at its head, as `README.md` of a model's folder.
//! It is written when a run ends, may be edited by hand, and is taken along when the model is
//! exported.

mod metadata;
mod results;
mod text;

use std::ops::Range;

use thiserror::Error;
use undertone_models::Model;
use yaml_serde::{Mapping, Value};

use undertone_metrics::Report;

pub use metadata::{license, tells_the_truth};
pub use results::{heading, results};
pub use text::{inline, title};

/// The heading of the section that says how a model is used.
pub const USE: &str = "How to use it";

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
            metadata: metadata::of(model, reports),
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

    /// The license that the metadata name, in the Hub's words, such as `cc-by-nc-sa-4.0`.
    pub fn license(&self) -> Option<&str> {
        self.metadata.get("license").and_then(Value::as_str)
    }

    /// Gives the section of a heading of the second level its text; where there is none, it is added
    /// at the end.
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

    /// The file's content.
    ///
    /// # Errors
    /// If the metadata have no YAML form.
    pub fn to_markdown(&self) -> Result<String, CardError> {
        let yaml = yaml_serde::to_string(&self.metadata)?;
        Ok(format!("{FENCE}\n{yaml}{FENCE}\n\n{}", self.text))
    }
}

/// Where a section of the second level stands, from its heading up to the next one.
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
    fn a_section_is_replaced_where_it_stands() {
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
    fn results_of_the_same_data_take_each_others_place() {
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
    fn a_card_survives_its_file() {
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
