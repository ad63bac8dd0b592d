//! What can go wrong in an experiment.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// An experiment that cannot go on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LabError {
    /// A file or folder that cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A clip that has no features.
    #[error("{}: {message}", path.display())]
    Clip {
        /// The clip.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// Too few readable clips are left to go on.
    #[error("{0}")]
    TooFewClips(String),
    /// The recipe cannot be used.
    #[error(transparent)]
    Recipe(#[from] crate::recipe::RecipeError),
    /// Front-end parameters that cannot work.
    #[error("front end: {0}")]
    FrontEnd(#[from] undertone_audio::FrontEndError),
    /// Network options that cannot work.
    #[error(transparent)]
    Network(#[from] undertone_models::NetworkError),
    /// Weights that cannot be packed or do not fit.
    #[error(transparent)]
    Weights(#[from] undertone_models::WeightsError),
    /// A recipe that neither fits nor trains anything.
    #[error("the recipe has neither [training] nor [head]: there is nothing to train")]
    NothingToTrain,
    /// A model that cannot be read or written.
    #[error(transparent)]
    Model(#[from] undertone_models::ModelError),
    /// The corpus cannot be split as asked.
    #[error(transparent)]
    Divide(#[from] undertone_corpus::SplitError),
    /// A fold that the protocol does not have.
    #[error("there is no fold {number}: the protocol has {folds}, counted from 1")]
    NoSuchFold {
        /// The fold asked for.
        number: usize,
        /// How many there are.
        folds: usize,
    },
    /// Outcomes that cannot be judged.
    #[error(transparent)]
    Metrics(#[from] undertone_metrics::MetricsError),
    /// The run folder is in use or holds something else.
    #[error("{}: {message}", path.display())]
    RunFolder {
        /// The folder.
        path: PathBuf,
        /// What is the matter and what to do.
        message: String,
    },
    /// A checkpoint that does not belong to the recipe, or is damaged.
    #[error(
        "{}: cannot go on from this checkpoint: {message}; start again in another folder",
        path.display()
    )]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// A file of a run that is not what the run wrote.
    #[error("{}: damaged: {message}{}", path.display(), remedy(path))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// The loss became infinite or not a number.
    #[error("{fold}: the loss is not a number at epoch {epoch}, step {step}: {hint}")]
    LossNotFinite {
        /// The fold.
        fold: String,
        /// Counted from 1.
        epoch: usize,
        /// Counted from 1.
        step: usize,
        /// What was kept, what to try.
        hint: String,
    },
    /// Stopped on request; what was done is saved.
    #[error("interrupted")]
    Interrupted,
    /// A model card whose metadata cannot be read or written.
    #[error(transparent)]
    Card(#[from] crate::card::CardError),
    /// A value that has no JSON form.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Network or optimizer state that cannot be packed.
    #[error("checkpoint: {0}")]
    Record(String),
}

/// What to do about a damaged file that can be made again.
fn remedy(path: &Path) -> &'static str {
    match path.file_name().and_then(|name| name.to_str()) {
        Some("outcomes.json" | "report.json") => {
            "; delete it, and the same training with --resume makes it again"
        }
        _ => "",
    }
}
