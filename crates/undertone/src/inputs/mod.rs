//! Finding the recordings that the command line names.

mod file_list;
mod input;
mod left_out;
mod sources;
mod walk;

pub(crate) use input::Input;
pub(crate) use sources::{Inputs, find};
