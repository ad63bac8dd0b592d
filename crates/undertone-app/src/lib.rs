//! The application: a page to speak into, a REST interface, and the part of Gradio's interface
//! that its clients use, over a [`Recognizer`] that the caller brings.
//!
//! ```no_run
//! use undertone_app::{Server, Settings};
//! # use undertone_app::{ModelDescription, Recognition, RecognizeError, Recognizer};
//! # use undertone_audio::Recording;
//! # struct Model;
//! # impl Recognizer for Model {
//! #     fn description(&self) -> ModelDescription { unimplemented!() }
//! #     fn recognize(&self, _: &[Recording]) -> Vec<Result<Recognition, RecognizeError>> { vec![] }
//! # }
//! # fn load_model() -> Result<Model, std::io::Error> { Ok(Model) }
//!
//! let server = Server::bind(Settings::default())?;
//! println!("http://{}", server.address());
//! server.run(load_model, |_description| println!("ready"))?;
//! # Ok::<(), undertone_app::ServeError>(())
//! ```
//!
//! The way of one request: [`server`] accepts the connection, [`guard`] decides whether it may
//! ask, [`body`] reads what it sends, [`analysis`] has it decoded off the asynchronous threads
//! ([`decoding`]) and hands it to the model's threads ([`inference`]), and [`api`], [`live`] or [`gradio`] tell
//! the answer in their own words.
//!
//! Nothing that a client sends is written to a disk, and no name it sends is used as a path.

#![warn(clippy::unwrap_used, clippy::expect_used)]

mod analysis;
mod api;
mod app;
mod assets;
mod body;
mod card;
mod decoding;
mod extract;
mod gradio;
mod guard;
mod inference;
mod live;
mod memory;
mod metrics;
mod picture;
mod places;
mod problem;
mod random;
mod recognizer;
mod server;
mod settings;

pub use guard::{InvalidToken, check_token};
pub use recognizer::{ModelDescription, Recognition, RecognizeError, Recognizer, Window};
pub use server::{ServeError, Server, StopHandle};
pub use settings::{Access, Limits, Settings, Timeouts};
