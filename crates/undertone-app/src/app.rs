//! What all requests share.

use std::sync::{Arc, OnceLock};

use tokio::sync::Semaphore;
use undertone_corpus::{OTHER_COLOURS, colour_of};

use crate::card;
use crate::inference::{Inference, Slot};
use crate::memory::Memory;
use crate::problem::{Kind, Problem};
use crate::recognizer::ModelDescription;
use crate::settings::Settings;

/// What all requests share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) settings: Settings,
    pub(crate) inference: Inference,
    /// Leave to decode: as many as there are processors.
    pub(crate) decoding: Semaphore,
    pub(crate) memory: Arc<Memory>,
    model: OnceLock<LoadedModel>,
}

/// The shared state as handlers receive it.
pub(crate) type Shared = Arc<App>;

/// The model that is being served.
#[derive(Debug)]
pub(crate) struct LoadedModel {
    pub(crate) description: ModelDescription,
    pub(crate) labels: Arc<[String]>,
    pub(crate) colours: Vec<&'static str>,
    pub(crate) card_html: Option<String>,
}

impl App {
    pub(crate) fn new(settings: Settings) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            inference: Inference::new(settings.limits.queue),
            decoding: Semaphore::new(processors),
            memory: Memory::new(settings.limits.memory),
            model: OnceLock::new(),
            settings,
        }
    }

    /// Makes the model known.
    pub(crate) fn set_model(&self, description: ModelDescription) {
        let mut others = OTHER_COLOURS.iter().cycle();
        let colours = description
            .labels
            .iter()
            .filter_map(|label| colour_of(label).or_else(|| others.next().copied()))
            .collect();
        let _ = self.model.set(LoadedModel {
            labels: description.labels.clone().into(),
            colours,
            card_html: description.card.as_deref().map(card::to_html),
            description,
        });
    }

    /// The model, or why there is none yet.
    pub(crate) fn model(&self) -> Result<&LoadedModel, Problem> {
        self.model
            .get()
            .ok_or_else(|| Problem::new(Kind::Busy, "the model is being loaded"))
    }

    /// Leave to ask the model something.
    pub(crate) fn admit(&self) -> Result<Slot, Problem> {
        self.model()?;
        self.inference.admit()
    }
}
