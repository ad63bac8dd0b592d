//! A model on disk: a folder with `config.json`, `model.safetensors` and a card, `README.md`.
//!
//! The networks of this crate have a layout of their own ([`folder`]). Networks with a pretrained
//! encoder have the layout of Hugging Face ([`hugging_face`]), and so do the models that others
//! trained ([`foreign`]). Networks with several have a layout of ours too ([`joined`]).

mod config;
mod dimension;
#[cfg(feature = "embedded")]
mod embedded;
mod emotion2vec;
mod encoder_folder;
mod error;
mod files;
mod folder;
mod foreign;
mod hugging_face;
mod joined;
mod names;
mod purpose;
mod stored_encoder;

pub use config::{ModelConfig, Provenance};
pub use dimension::Dimension;
#[cfg(feature = "embedded")]
pub use embedded::{EMBEDDED_CARD, EMBEDDED_NAME};
#[cfg(feature = "embedded")]
pub(crate) use embedded::{EMBEDDED_FILES, EMBEDDED_ORIGIN};
pub use encoder_folder::{EncoderFiles, PretrainedEncoder, PretrainedError};
pub use error::ModelError;
pub use files::FilesInMemory;
pub use folder::Model;
pub(crate) use foreign::{ForeignOutputs, load_foreign};
pub use joined::{join_encoders, shared_front_end};
pub use names::{CARD_FILE, CONFIG_FILE, FORMAT, PREPROCESSOR_FILE, WEIGHTS_FILE};
