//! Manifests: any corpus as a CSV, `path,emotion,speaker[,gender,split]`.
//!
//! Each row is an utterance. The path is relative to the manifest's folder. The emotion is one of
//! [`Emotion`](crate::Emotion)'s names or synonyms, and `split` assigns the row to a
//! [`Subset`](crate::Subset) for the protocol `manifest`. A row that cannot be parsed is an error
//! with its line. A row without a recording, or that repeats an earlier row, is skipped.
//!
//! A row whose file has a RAVDESS name that agrees with its labels is a RAVDESS clip, so that
//! protocols and the search for copies treat it as if its folder had been scanned.

mod read;
mod write;

pub use read::ManifestError;
pub(crate) use read::read;
pub(crate) use write::write;
