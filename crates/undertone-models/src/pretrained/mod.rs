//! Pretrained encoders with a head for classification, and their folders.

mod config;
mod folder;
mod head;
mod network;
mod readout;
mod source;

pub use config::{HUB_PREFIX, PretrainedConfig, States};
pub(crate) use folder::{load, load_foreign, save, settings};
pub use head::Head;
pub use network::PretrainedNetwork;
pub use readout::Readout;
pub use source::{EncoderFiles, PREPROCESSOR_FILE, PretrainedEncoder, PretrainedError};
