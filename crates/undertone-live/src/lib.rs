//! A training in the terminal while it runs: loss, accuracy, how far it is, what was said.
//!
//! [`Live`] takes over the terminal that stderr is, on its alternate screen, and gives it back
//! when it is dropped, when the program panics, or on [`restore`]. It is told what happens and
//! redraws from a thread of its own; nothing here knows how a network is trained.
//!
//! `q` and Ctrl-C ask for a stop, once politely and twice at once; Tab turns to the next chart
//! where there is room for only one.
#![warn(clippy::unwrap_used, clippy::expect_used)]

mod charts;
mod state;
mod terminal;
mod view;

pub use state::{Epoch, Fold};
pub use terminal::{Live, Stop, is_taken, restore};
