//! What can go wrong in an experiment.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why an experiment cannot continue.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LabError {
    /// A file or folder cannot be read or written. The error names it.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The features of a clip cannot be computed.
    #[error("{}: {message}", path.display())]
    Clip {
        /// The clip.
        path: PathBuf,
        /// The reason.
        message: String,
    },
    /// There are too few readable clips.
    #[error("{0}")]
    TooFewClips(String),
    /// The recipe cannot be used.
    #[error(transparent)]
    Recipe(#[from] crate::recipe::RecipeError),
    /// The model does not have the precision.
    #[error(transparent)]
    Precision(#[from] undertone_models::PrecisionError),
    /// The front end's parameters cannot work.
    #[error("front end: {0}")]
    FrontEnd(#[from] undertone_audio::FrontEndError),
    /// The network's options cannot work.
    #[error(transparent)]
    Network(#[from] undertone_models::NetworkError),
    /// Weights cannot be written, or do not fit their network.
    #[error(transparent)]
    Weights(#[from] undertone_models::WeightsError),
    /// The recipe neither fits a head nor trains a network.
    #[error("the recipe has neither [training] nor [head]: there is nothing to train")]
    NothingToTrain,
    /// A model cannot be read or written.
    #[error(transparent)]
    Model(#[from] undertone_models::ModelError),
    /// The corpus cannot be split by the protocol.
    #[error(transparent)]
    Split(#[from] undertone_corpus::SplitError),
    /// The protocol has no such fold.
    #[error("there is no fold {number}: the protocol has {folds}, counted from 1")]
    NoSuchFold {
        /// The fold that was asked for.
        number: usize,
        /// The number of folds.
        folds: usize,
    },
    /// Predictions cannot be evaluated.
    #[error(transparent)]
    Metrics(#[from] undertone_metrics::MetricsError),
    /// The run folder is in use or holds something else.
    #[error("{}: {message}", path.display())]
    RunFolder {
        /// The folder.
        path: PathBuf,
        /// What is wrong and what to do.
        message: String,
    },
    /// A run or a model predicts numbers where classes are needed, or the other way around.
    #[error(
        "{}: it predicts {found}; runs of classes and of dimensions cannot be read as each other",
        path.display()
    )]
    OtherTask {
        /// The folder.
        path: PathBuf,
        /// The name of the label scheme, or `dimensions`.
        found: String,
    },
    /// A checkpoint is damaged or belongs to another recipe.
    #[error(
        "{}: cannot resume from this checkpoint: {message}; start again in another folder",
        path.display()
    )]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// A file of a run is not as the run wrote it.
    #[error("{}: damaged: {message}{}", path.display(), remedy(path))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// Features that do not fit in memory cannot be written to their temporary file or read from
    /// it.
    #[error(
        "the temporary file of the features in {} {message}; free space there or choose another \
         folder with --cache (without a cache: with the variable TMPDIR, on Windows TMP), then go \
         on with --resume",
        folder.display()
    )]
    TemporaryFile {
        /// The file's folder.
        folder: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// The loss became infinite or NaN.
    #[error("{fold}: the loss is not a number at epoch {epoch}, step {step}: {hint}")]
    LossNotFinite {
        /// The fold.
        fold: String,
        /// The epoch, counted from 1.
        epoch: usize,
        /// The step, counted from 1.
        step: usize,
        /// Where the best weights are and what to try.
        hint: String,
    },
    /// Interrupted on request. All progress is saved.
    #[error("interrupted")]
    Interrupted,
    /// The metadata of a model card cannot be read or written.
    #[error(transparent)]
    Card(#[from] crate::card::CardError),
    /// A value cannot be written as JSON.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The state of the network or the optimizer cannot be serialized.
    #[error("checkpoint: {0}")]
    Record(String),
}

/// Return what to do about a damaged file that can be made again.
fn remedy(path: &Path) -> &'static str {
    match path.file_name().and_then(|name| name.to_str()) {
        Some("outcomes.json" | "report.json") => {
            "; delete it, and run the same command with --resume to make it again"
        }
        _ => "",
    }
}
