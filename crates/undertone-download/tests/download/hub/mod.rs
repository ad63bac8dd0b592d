//! Models from a fake Hub.

mod downloads;
mod fake_hub;
mod python;
mod refusals;
mod settings;
mod setup;
