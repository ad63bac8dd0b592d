//! Manifests: any corpus as a CSV, `path,emotion,speaker[,gender,split]`.

mod read;
mod write;

pub use read::ManifestError;
pub(crate) use read::read;
pub(crate) use write::write;
