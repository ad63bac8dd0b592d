#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used)]

mod answer;
mod answers;
mod by_name;
mod classes;
mod failure;
mod influence;
mod model_identity;
mod numbers;
mod rounding;
mod segment;
mod summary;

pub use answer::{Adapted, Answer, Segmentation};
pub use answers::{Answers, RecordingFacts};
pub use by_name::ByName;
pub use classes::Classes;
pub use failure::Failure;
pub use influence::Influence;
pub use model_identity::ModelIdentity;
pub use numbers::{NumbersAnswer, NumbersSegment};
pub use rounding::three_digits;
pub use segment::{Part, Segment};
pub use summary::Summary;

/// The JSON Schema of all answers.
pub const SCHEMA: &str = include_str!("../answer.schema.json");
