//! Models from a Hub of our own.

#![cfg(feature = "hub")]

mod downloads;
mod fake_hub;
mod python;
mod refusals;
mod server;
mod settings;
mod setup;
