//! Defaults for options, from `undertone.toml` and the user's configuration.

mod apply;
mod files;
mod options;
mod setting;

pub(crate) use apply::with_settings;
pub(crate) use files::files;
pub(crate) use options::settings;
pub(crate) use setting::Setting;
