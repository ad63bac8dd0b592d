//! A model as the page and the interfaces show it.

use undertone_corpus::{OTHER_COLORS, color_of};

use crate::card_html;
use crate::recognizer::ModelDescription;

/// A loaded model as the page and the interfaces show it.
#[derive(Debug)]
pub(crate) struct LoadedModel {
    pub(crate) description: ModelDescription,
    /// A color per label, in the order of the labels.
    pub(crate) colors: Vec<&'static str>,
    /// A color per coarse class.
    pub(crate) sum_colors: Vec<&'static str>,
    pub(crate) card_html: Option<String>,
}

impl LoadedModel {
    /// Choose the colors of a model, and convert its card.
    pub(crate) fn new(description: ModelDescription) -> Self {
        let mut others = OTHER_COLORS.iter().cycle();
        let mut color = |label: &str| color_of(label).or_else(|| others.next().copied());
        let answers = &description.answers;
        let labels = answers.labels().iter();
        let colors = labels.filter_map(|label| color(label)).collect();
        let sums = answers
            .sums()
            .map_or(&[][..], |sums| &sums.labels()[..])
            .iter();
        let sum_colors = sums.filter_map(|label| color(label)).collect();
        Self {
            colors,
            sum_colors,
            card_html: description.card.as_deref().map(card_html::from_markdown),
            description,
        }
    }
}
