#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used)]

#[cfg(target_arch = "wasm32")]
mod engine;
#[cfg(not(target_arch = "wasm32"))]
mod folder;
mod packed_model;
#[cfg(not(target_arch = "wasm32"))]
mod page;
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
mod threads;

#[cfg(target_arch = "wasm32")]
pub use engine::Engine;
#[cfg(not(target_arch = "wasm32"))]
pub use folder::{FolderError, WebModel, npm_files, page_files};
pub use packed_model::{DamagedModel, File, pack, unpack};
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub use threads::{make_threads, run_thread};
