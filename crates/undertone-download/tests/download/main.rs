//! Downloads from servers of the tests' own.

mod archive;
mod hub;
mod server;
