//! Models of the Hugging Face Hub.
//!
//! They go into the cache on disk that Python's `huggingface_hub` uses, so each finds the
//! downloads of the other.
//!
//! Why not the crate `hf-hub`? Version 0.5 (blocking, on `ureq`) has no offline mode, checks no
//! hash, and reports a gated repository, a missing file and a dead network alike. Version 1.0
//! brings `reqwest` and `tokio`, a second HTTP client for this program. The necessary part of the
//! protocol is small: a `HEAD` request returns a file's commit, hash and size, and a `GET` request
//! its bytes.

mod cache;
mod error;
mod layout;
mod remote;
mod repository;
mod settings;
mod snapshot;

pub use error::HubError;
pub use repository::{ParseRepositoryError, Repository};
pub use settings::Hub;
pub use snapshot::Snapshot;
