#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used)]

mod analysis;
mod api;
mod assets;
mod body;
mod card_html;
mod decoding;
mod extractors;
mod fair_pool;
mod gradio;
mod guard;
mod inference;
mod live;
mod memory_budget;
mod patience;
mod permits;
mod problem;
mod prometheus;
mod random;
mod rate_limit;
mod recognizer;
mod served_model;
mod server;
mod settings;
mod visualization;
mod voice;
mod warnings;

pub use guard::{InvalidToken, check_token};
pub use recognizer::{
    Evidence, LongRecognition, ModelDescription, Progress, Recognition, RecognizeError, Recognizer,
    SHORT_SECONDS, Voice, Window,
};
pub use server::{ServeError, Server, StopHandle};
pub use settings::{Access, Limits, Settings, Timeouts};
