//! The model card: what a model is, its scores, and what it is not for.
//!
//! A card is Markdown with metadata for the Hugging Face Hub, as `README.md` in a model's folder.
//! It is written when a run ends, may be edited by hand, and is exported with the model.

mod markdown;
mod metadata;
mod model_card;
mod results;
mod scores;
mod sources;
mod text;

pub use markdown::{inline, title};
pub use metadata::is_sound;
pub use model_card::{CardError, ModelCard};
pub use results::{heading, results};
pub use scores::{CardMetric, CardScores};
pub use sources::license;
pub use text::USE;
