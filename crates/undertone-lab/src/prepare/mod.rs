//! Preparation of a corpus: features, durations, embeddings.

mod clips;
mod durations;
mod frozen;
mod joined;
mod sounds;
mod spill;
mod store;

pub(crate) use clips::{Clip, FeatureBytes, windows};
pub(crate) use durations::resolve_duration;
pub use frozen::FrozenEncoder;
pub(crate) use frozen::{FINGERPRINT, encoder_fingerprint};
pub(crate) use joined::{first_window, readable};
pub(crate) use sounds::{SoundKind, sounds};
pub(crate) use spill::{Spill, StoredMatrix};
pub use store::{ClipFeatures, FeatureStore, default_cache};
