//! Errors of an export.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use undertone_files::FolderError;
use undertone_lab::card::CardError;
use undertone_models::ModelError;

use crate::onnx::OnnxError;
use crate::space::BinaryError;

/// Why a model cannot be exported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The model cannot be loaded or written.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A file or folder cannot be read or written. The message names it.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The export was stopped. No file is left.
    #[error("interrupted")]
    Interrupted,
    /// The output folder cannot be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The files of a page or a package cannot be made.
    #[error(transparent)]
    Page(#[from] undertone_web::FolderError),
    /// The engine of the page and of the npm package reads no network with several encoders.
    #[error(
        "a model with several encoders cannot run in the browser: the engine there reads models \
         with one encoder; `undertone serve` shows the page with this model"
    )]
    SeveralEncoders,
    /// The output folder is the model's own folder or contains it.
    #[error("{}: holds the model that is exported: choose another folder", .0.display())]
    OverTheModel(PathBuf),
    /// The output folder is the working directory or contains it.
    #[error("{}: holds the folder that you are in: choose another folder", .0.display())]
    OverCurrent(PathBuf),
    /// The model's card cannot be read.
    #[error("{}: {source}", path.display())]
    Card {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: CardError,
    },
    /// The file is not an evaluation's report.
    #[error("{}: not a report of undertone: {source}", path.display())]
    Report {
        /// The file.
        path: PathBuf,
        /// Where, and what is wrong.
        source: serde_json::Error,
    },
    /// The report is not about the model or its recipe.
    #[error(
        "{}: a report on recipe {found}; the model is of recipe {expected}", path.display()
    )]
    OtherModel {
        /// The file.
        path: PathBuf,
        /// The report's recipe and labels.
        found: String,
        /// The model's recipe and labels.
        expected: String,
    },
    /// The network cannot be written as ONNX.
    #[error("ONNX: {0}")]
    Onnx(#[from] OnnxError),
    /// The sample recording cannot be made or predicted, which only broken weights cause.
    #[error("the sample recording: {0}")]
    Sample(Box<dyn Error + Send + Sync>),
    /// The program cannot run in a Space.
    #[error("{}: {source}", path.display())]
    Binary {
        /// The program.
        path: PathBuf,
        /// The reason.
        source: BinaryError,
    },
}

impl ExportError {
    /// Return the error of a sample recording.
    pub(crate) fn sample(source: impl Error + Send + Sync + 'static) -> Self {
        Self::Sample(Box::new(source))
    }
}
