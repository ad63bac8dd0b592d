//! Adapting to a voice without labels: what other recordings of the same voice tell about a new
//! one.
//!
//! A model that adapts scores each window with two heads. Its own head judges a recording alone.
//! The other head, which training made blind to differences between speakers, gives scores that
//! vary little within a voice and an emotion, so that their mean over several recordings shows the
//! voice's offset: what it adds to every score whatever the emotion. The offset is subtracted as
//! far as the recordings seem to hold several emotions ([`AdaptationConfig::adapted`]).

mod config;
mod rows;
mod voice;

pub use config::AdaptationConfig;
pub use voice::{Evidence, Voice, VoiceError};
