#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used)]
// What only the server uses.
#![cfg_attr(not(feature = "server"), allow(dead_code, unused_imports))]

mod analysis;
#[cfg(feature = "server")]
mod analyzer;
#[cfg(feature = "server")]
mod api;
#[cfg(feature = "server")]
mod assets;
#[cfg(feature = "server")]
mod body;
mod card_html;
mod decoded;
#[cfg(feature = "server")]
mod decoding;
#[cfg(feature = "server")]
mod extractors;
#[cfg(feature = "server")]
mod fair_pool;
#[cfg(feature = "server")]
mod gradio;
#[cfg(feature = "server")]
mod guard;
#[cfg(feature = "server")]
mod inference;
mod listening;
#[cfg(feature = "server")]
mod live;
mod loaded_model;
mod local;
#[cfg(feature = "server")]
mod memory_budget;
mod model_info;
mod page;
#[cfg(feature = "server")]
mod patience;
#[cfg(feature = "server")]
mod permits;
mod problem;
#[cfg(feature = "server")]
mod problem_response;
#[cfg(feature = "server")]
mod prometheus;
#[cfg(feature = "server")]
mod random;
#[cfg(feature = "server")]
mod rate_limit;
mod recognizer;
#[cfg(feature = "server")]
mod served_model;
#[cfg(feature = "server")]
mod server;
mod settings;
mod timeline;
mod visualization;
mod voice;
mod warnings;

#[cfg(feature = "server")]
pub use guard::{InvalidToken, check_token};
pub use local::{Listening, LocalEngine, LocalRequest, model_document};
pub use page::{Asset, page_assets, page_index};
pub use problem::Problem;
pub use recognizer::{
    Evidence, LongRecognition, ModelDescription, Progress, Recognition, RecognizeError, Recognizer,
    SHORT_SECONDS, Voice, Window,
};
#[cfg(feature = "server")]
pub use server::{ServeError, Server, StopHandle};
pub use settings::{Access, Limits, Settings, Timeouts};
