//! Models on their way out: as ONNX, as a repository for the Hugging Face Hub, as a Space.
//!
//! A [`Source`] is a model with its card and reports; [`export`] writes it into a folder, whole or
//! not at all. [`onnx`] can be used alone.
//!
//! ```no_run
//! use undertone_export::{Interrupt, Request, Source, Target, export};
//!
//! let source = Source::open("runs/mine/model".as_ref())?;
//! let files = export(&source, &Request {
//!     target: Target::Onnx,
//!     out: "mine-onnx".as_ref(),
//!     force: false,
//!     interrupt: &Interrupt::new(),
//! })?;
//! for (name, bytes) in files {
//!     println!("{} ({bytes} bytes)", name.display());
//! }
//! # Ok::<(), undertone_export::ExportError>(())
//! ```
#![warn(clippy::unwrap_used, clippy::expect_used)]

mod error;
mod folder;
mod hub;
pub mod onnx;
mod samples;
mod source;
mod space;

use std::path::{Path, PathBuf};

pub use error::ExportError;
pub use source::Source;
pub use space::{Binary, BinaryError};
pub use undertone_lab::Interrupt;

use folder::NewFolder;
use onnx::onnx_bytes;

/// What a model is exported as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    /// `model.onnx`.
    Onnx,
    /// A model repository for the Hugging Face Hub: weights, `config.json`, a card, `onnx/model.onnx`
    /// where the network has one, recordings to try it with.
    Hub,
    /// A Docker Space that runs `binary`, an `undertone` for Linux, with the model.
    Space {
        /// The program's file.
        binary: &'a Path,
    },
}

/// What is to be written, and where.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// What.
    pub target: Target<'a>,
    /// The folder. It must not be there, or be empty.
    pub out: &'a Path,
    /// Whether an earlier export there is replaced.
    pub force: bool,
    /// What stops it, between two files.
    pub interrupt: &'a Interrupt,
}

/// Writes a model's export, and gives its files with their sizes in bytes.
///
/// The folder appears whole or not at all. Where `out` is a link, it is written where that leads.
///
/// # Errors
/// If the folder cannot be written or holds something else, for a model or program that cannot be
/// exported so, and if it is stopped.
pub fn export(source: &Source, request: &Request<'_>) -> Result<Vec<(PathBuf, u64)>, ExportError> {
    let folder = NewFolder::begin(request, source.folder.as_deref())?;
    match request.target {
        Target::Onnx => {
            let bytes = onnx_bytes(&source.model, source.license())?;
            folder.write("model.onnx", &bytes)?;
        }
        Target::Hub => hub::write(source, &folder)?,
        Target::Space { binary } => space::write(source, binary, &folder)?,
    }
    folder.finish()
}
