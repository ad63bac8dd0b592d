#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used)]

mod bundle;
mod error;
mod folder;
mod hub;
pub mod onnx;
mod onnx_folder;
mod request;
mod space;
mod web;

use std::path::PathBuf;

pub use bundle::ModelBundle;
pub use error::ExportError;
pub use request::{Request, Target};
pub use space::{Binary, BinaryError};
pub use undertone_lab::Interrupt;

use folder::NewFolder;

/// Write a model's export, and return its files with their sizes in bytes.
///
/// The folder appears whole or not at all. If `out` is a link, its target is written.
///
/// # Errors
/// If the folder cannot be written or holds other files, if this kind of export does not support
/// the model or the program, and if the export is stopped.
pub fn export(
    bundle: &ModelBundle,
    request: &Request<'_>,
) -> Result<Vec<(PathBuf, u64)>, ExportError> {
    let folder = NewFolder::begin(request, bundle.folder.as_deref())?;
    match request.target {
        Target::Onnx(precision) => onnx_folder::write(bundle, precision, &folder)?,
        Target::Hub => hub::write(bundle, &folder)?,
        Target::Space { binary } => space::write(bundle, binary, &folder)?,
        Target::Web => web::write_page(bundle, &folder)?,
        Target::Npm => web::write_npm(bundle, &folder)?,
    }
    folder.finish()
}
