//! What is written of an encoder into the folder of a model.

use std::path::Path;

use serde_json::{Map, Value, json};
use undertone_audio::{FrontEnd, FrontEndConfig};

use super::encoder_folder::{EncoderFiles, NAME_OR_PATH, PretrainedError};
use super::error::ModelError;
use super::names::CONFIG_FILE;
use crate::encoder::EncoderConfig;

/// Return the sizes of an encoder, its `config.json` for a model with this front end, and how many
/// positions are written. A model never reads more than its window, so the others are left out.
pub(super) fn stored_config(
    folder: &Path,
    files: &EncoderFiles,
    front_end: &FrontEndConfig,
) -> Result<(EncoderConfig, Map<String, Value>, usize), ModelError> {
    let path = || folder.join(CONFIG_FILE);
    let mut config = files.config.clone();
    let bytes = Value::Object(config.clone()).to_string();
    let encoder = EncoderConfig::from_json(bytes.as_bytes()).map_err(|source| {
        let path = path();
        PretrainedError::Config { path, source }
    })?;
    if files.hub_name().is_none() {
        config.remove(NAME_OR_PATH);
    }
    let Some(longest) = encoder.longest_input() else {
        return Ok((encoder, config, usize::MAX));
    };
    let front_end = FrontEnd::new(front_end.clone()).map_err(|source| {
        let path = path();
        ModelError::FrontEnd { path, source }
    })?;
    let positions = encoder.steps(front_end.frames().min(longest));
    config.insert("max_source_positions".to_owned(), json!(positions));
    Ok((encoder, config, positions))
}
