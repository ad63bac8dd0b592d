//! Listen to a person: what a live connection keeps and says, whatever carries it.
//!
//! While the model works, new samples push the oldest ones out of the window, so that a connection
//! never holds more than one window, however fast its client sends.

mod listener;
mod message;
mod request;
mod speaking;
mod voice;
mod window;

pub(crate) use listener::{HeardWindow, Listener};
pub(crate) use message::{WindowResult, message};
pub(crate) use request::{Control, Hello, RATES};
pub(crate) use window::DueWindow;
