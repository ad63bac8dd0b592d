//! A network of a pretrained encoder and a small head.

mod config;
mod head;
mod network;
mod readout;

pub use config::{HUB_PREFIX, HeadActivation, PretrainedConfig, States};
pub use head::Head;
pub use network::PretrainedNetwork;
pub use readout::Readout;
