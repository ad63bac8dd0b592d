//! The request for an export.

use std::path::Path;

use undertone_lab::Interrupt;

use crate::onnx::Precision;

/// The kind of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    /// `model.onnx` for recordings, with a program that runs it, an explanation, and a recording
    /// with its answer.
    Onnx(Precision),
    /// A model repository for the Hugging Face Hub: weights, `config.json`, a card, sample
    /// recordings and, if the network has one, `onnx/model.onnx`.
    Hub,
    /// A Docker Space that runs `binary`, an `undertone` for Linux, with the model.
    Space {
        /// The program's file.
        binary: &'a Path,
    },
    /// A page that runs the model in the browser, for any host of static files.
    Web,
    /// An npm package that runs the model in Node.
    Npm,
}

/// A model to export, and the folder to export it to.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The kind of the export.
    pub target: Target<'a>,
    /// The folder. It must not exist, or be empty.
    pub out: &'a Path,
    /// Whether an earlier export in the folder is replaced.
    pub force: bool,
    /// Stops the export between two files.
    pub interrupt: &'a Interrupt,
}
