//! The model that the server serves, from loading it until the server stops.

use std::sync::OnceLock;

use tokio_util::sync::CancellationToken;
use undertone_corpus::{OTHER_COLORS, color_of};

use crate::card_html;
use crate::problem::{Kind, Problem};
use crate::recognizer::ModelDescription;

/// The model: absent while it loads, and refused to new requests once the server stops.
#[derive(Debug)]
pub(crate) struct ServedModel {
    loaded: OnceLock<LoadedModel>,
    stopping: CancellationToken,
}

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

impl ServedModel {
    pub(crate) fn new(stopping: CancellationToken) -> Self {
        Self {
            loaded: OnceLock::new(),
            stopping,
        }
    }

    /// Make the loaded model known to requests.
    pub(crate) fn set(&self, description: ModelDescription) {
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
        let _ = self.loaded.set(LoadedModel {
            colors,
            sum_colors,
            card_html: description.card.as_deref().map(card_html::from_markdown),
            description,
        });
    }

    /// Return the model, or an error while it loads.
    pub(crate) fn get(&self) -> Result<&LoadedModel, Problem> {
        self.loaded
            .get()
            .ok_or_else(|| Problem::new(Kind::Busy, "the model is loading"))
    }

    /// Return an error unless the server accepts new work.
    pub(crate) fn check_ready(&self) -> Result<(), Problem> {
        self.get()?;
        if self.stopping.is_cancelled() {
            return Err(Problem::stopping());
        }
        Ok(())
    }
}
