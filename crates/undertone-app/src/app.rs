//! What all requests share.

use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use undertone_corpus::{OTHER_COLORS, color_of};

use crate::decoding::Decoding;
use crate::gradio::Gradio;
use crate::guard::Policy;
use crate::inference::{Inference, Slot};
use crate::memory::Memory;
use crate::metrics::Metrics;
use crate::places::Places;
use crate::problem::{Kind, Problem};
use crate::recognizer::ModelDescription;
use crate::settings::Settings;
use crate::{card, random};

/// What all requests share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) settings: Settings,
    /// Whether only this machine can reach the server.
    pub(crate) local_only: bool,
    /// Another one after a restart.
    pub(crate) id: String,
    pub(crate) inference: Inference,
    pub(crate) decoding: Decoding,
    /// For bodies and answers.
    pub(crate) memory: Arc<Memory>,
    pub(crate) gradio: Gradio,
    pub(crate) connections: Places,
    pub(crate) live: Places,
    /// Event streams of Gradio's clients.
    pub(crate) streams: Places,
    pub(crate) metrics: Metrics,
    pub(crate) policy: Policy,
    /// Cancelled once the server is to stop: nothing new is accepted then.
    pub(crate) stopping: CancellationToken,
    /// What is to be finished before it stops.
    pub(crate) tasks: TaskTracker,
    model: OnceLock<LoadedModel>,
}

/// The shared state as handlers receive it.
pub(crate) type Shared = Arc<App>;

/// The model that is being served.
#[derive(Debug)]
pub(crate) struct LoadedModel {
    pub(crate) description: ModelDescription,
    pub(crate) labels: Arc<[String]>,
    pub(crate) colors: Vec<&'static str>,
    pub(crate) card_html: Option<String>,
}

impl App {
    pub(crate) fn new(settings: Settings, local_only: bool) -> Self {
        let limits = &settings.limits;
        let connections_of_one = if settings.access.behind_proxy {
            limits.connections
        } else {
            limits.connections_of_one
        };
        Self {
            local_only,
            id: random::id(),
            inference: Inference::new(limits.queue),
            decoding: Decoding::new(limits),
            // A form is copied as it is taken apart. The largest one is read, if alone.
            memory: Memory::new(limits.memory.max(limits.max_bytes.saturating_mul(2))),
            gradio: Gradio::new(&settings),
            connections: Places::new("connections", limits.connections, connections_of_one),
            live: Places::new("live connections", limits.live, limits.live_of_one),
            streams: Places::new("event streams", limits.streams, limits.streams_of_one),
            metrics: Metrics::new(),
            policy: Policy::new(&settings.access),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            model: OnceLock::new(),
            settings,
        }
    }

    /// Makes the model known.
    pub(crate) fn set_model(&self, description: ModelDescription) {
        let mut others = OTHER_COLORS.iter().cycle();
        let colors = description
            .labels
            .iter()
            .filter_map(|label| color_of(label).or_else(|| others.next().copied()))
            .collect();
        let _ = self.model.set(LoadedModel {
            labels: description.labels.clone().into(),
            colors,
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

    /// Whether new work is accepted at all.
    pub(crate) fn check_ready(&self) -> Result<(), Problem> {
        self.model()?;
        if self.stopping.is_cancelled() {
            return Err(Problem::stopping());
        }
        Ok(())
    }

    /// Leave to ask the model something.
    pub(crate) fn admit(&self) -> Result<Slot, Problem> {
        self.check_ready()?;
        self.inference.admit()
    }
}
