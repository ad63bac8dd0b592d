//! `--tui`: a training run in the terminal while it runs, with loss, accuracy, progress and
//! messages.
//!
//! [`Live`] takes over the terminal that stderr is, on its alternate screen. It gives the terminal
//! back when it is dropped, when the program panics, or on [`restore`]. It receives the run's
//! events and redraws from a thread of its own.
//!
//! `q` and Ctrl-C ask for a stop: the first time after the current step, the second time at once.
//! Tab switches to the other chart where there is room for only one.

mod charts;
mod state;
mod terminal;
mod view;

pub(crate) use terminal::{Live, Stop, is_taken, restore};
