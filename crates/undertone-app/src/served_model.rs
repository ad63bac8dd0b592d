//! The model that the server serves, from loading it until the server stops.

use std::sync::OnceLock;

use tokio_util::sync::CancellationToken;

use crate::loaded_model::LoadedModel;
use crate::problem::{Kind, Problem};
use crate::recognizer::ModelDescription;

/// The model: absent while it loads, and refused to new requests once the server stops.
#[derive(Debug)]
pub(crate) struct ServedModel {
    loaded: OnceLock<LoadedModel>,
    stopping: CancellationToken,
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
        let _ = self.loaded.set(LoadedModel::new(description));
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
