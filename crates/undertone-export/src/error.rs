//! Why a model could not be exported.

use std::path::PathBuf;

use thiserror::Error;
use undertone_files::FolderError;
use undertone_lab::card::CardError;
use undertone_models::ModelError;

use crate::onnx::OnnxError;
use crate::space::BinaryError;

/// Why a model could not be exported.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ExportError {
    /// A model that does not load, or cannot be written.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A file or folder that cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It was asked to stop; nothing is left.
    #[error("interrupted")]
    Interrupted,
    /// The folder to write may not be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The folder to write is the model's own, or around it.
    #[error("{}: holds the model that is exported: choose another folder", .0.display())]
    OverTheModel(PathBuf),
    /// The folder to write is the one that the program was started in, or around it.
    #[error("{}: holds the folder that you are in: choose another folder", .0.display())]
    OverCurrent(PathBuf),
    /// The model's card cannot be read.
    #[error("{}: {source}", path.display())]
    Card {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: CardError,
    },
    /// A report that is not what an evaluation writes.
    #[error("{}: not a report of undertone: {source}", path.display())]
    Report {
        /// The file.
        path: PathBuf,
        /// Where and what.
        source: serde_json::Error,
    },
    /// A report about something else than the model or its recipe.
    #[error(
        "{}: a report on recipe {found}; the model is of recipe {expected}", path.display()
    )]
    OtherModel {
        /// The file.
        path: PathBuf,
        /// Recipe and labels of the report.
        found: String,
        /// Recipe and labels of the model.
        expected: String,
    },
    /// The network cannot be written as ONNX.
    #[error("ONNX: {0}")]
    Onnx(#[from] OnnxError),
    /// The program that a Space would run cannot run there.
    #[error("{}: {source}", path.display())]
    Binary {
        /// The program.
        path: PathBuf,
        /// Why not.
        source: BinaryError,
    },
}
