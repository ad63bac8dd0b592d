//! Several pretrained encoders in one network, and the folder of such a model.
//!
//! The folder has the files of any model. `config.json` has the configurations of all encoders
//! under `encoders`, and the settings of Undertone under `undertone`; `model.safetensors` has the
//! tensors of encoder `n` under `encoders.n.`, as 16-bit floats where these hold them exactly, and
//! those of the head under `head.`. `transformers` has no class for it.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use burn::tensor::Device;
use serde_json::{Map, Value, json};
use undertone_audio::FrontEndConfig;
use undertone_files::write_atomically;

use super::config::{ModelConfig, SETTINGS};
use super::encoder_folder::{EncoderFiles, PretrainedEncoder, PretrainedError, parse_configs};
use super::error::ModelError;
use super::files::ModelFiles;
use super::names::{CONFIG_FILE, WEIGHTS_FILE};
use super::purpose::Purpose;
use super::stored_encoder::stored_config;
use crate::encoder::{Encoder, EncoderConfig, PreprocessorConfig};
use crate::network::{JoinedConfig, JoinedNetwork, NetworkError};
use crate::weights::{self, FloatType, NamedTensor, write_safetensors};

/// The `model_type` of such a folder.
const MODEL_TYPE: &str = "undertone-joined";
/// The key of the configurations of the encoders.
const ENCODERS: &str = "encoders";
/// The prefix of the tensors of the head.
const HEAD: &str = "head.";

fn place(index: usize) -> String {
    format!("{ENCODERS}.{index}.")
}

fn check_count(config: &JoinedConfig, found: usize) -> Result<(), NetworkError> {
    match config.encoders.len() {
        expected if expected == found => Ok(()),
        expected => Err(NetworkError::OtherEncoders { expected, found }),
    }
}

/// Create a network of these encoders, in the order of `config`, and a head of zeros.
///
/// # Errors
/// On options that do not fit the encoders.
pub fn join_encoders(
    encoders: &[PretrainedEncoder],
    config: &JoinedConfig,
    classes: usize,
    device: &Device,
) -> Result<JoinedNetwork, NetworkError> {
    check_count(config, encoders.len())?;
    let members = encoders.iter().map(|encoder| {
        let sizes = (encoder.layers, encoder.config.width());
        (encoder.encoder.clone(), sizes)
    });
    JoinedNetwork::new(members.collect(), config, classes, device)
}

/// Return the front end of a recipe with what all encoders need
/// ([`PretrainedEncoder::front_end`]). Each has its name.
///
/// # Errors
/// [`NetworkError::DifferentInputs`] for encoders that need different front ends, and
/// [`NetworkError::NeedsEncoder`] without any.
pub fn shared_front_end<'a>(
    encoders: impl IntoIterator<Item = (&'a PretrainedEncoder, &'a str)>,
    config: &FrontEndConfig,
) -> Result<FrontEndConfig, NetworkError> {
    let mut encoders = encoders.into_iter();
    let (encoder, first) = encoders.next().ok_or(NetworkError::NeedsEncoder)?;
    let shared = encoder.front_end(config);
    let needs = |config: &FrontEndConfig| {
        [
            ("sample_rate", json!(config.sample_rate)),
            ("inputs", json!(config.inputs)),
            ("n_mels", json!(config.n_mels)),
            ("normalize", json!(config.normalize)),
        ]
    };
    for (encoder, other) in encoders {
        let own = needs(&encoder.front_end(config)).into_iter();
        for ((field, needed), (_, found)) in needs(&shared).into_iter().zip(own) {
            if needed != found {
                return Err(NetworkError::DifferentInputs {
                    field,
                    first: first.into(),
                    needed: needed.to_string().into(),
                    other: other.into(),
                    found: found.to_string().into(),
                });
            }
        }
    }
    Ok(shared)
}

/// Write the folder of a model.
pub(super) fn save(
    folder: &Path,
    settings: &ModelConfig,
    network: &JoinedNetwork,
    files: &[Arc<EncoderFiles>],
) -> Result<(), ModelError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| ModelError::Io { path, source }
    };
    fs::create_dir_all(folder).map_err(io(folder))?;
    let mut configs = Vec::with_capacity(files.len());
    let mut tensors: Vec<NamedTensor> = Vec::new();
    for (index, (files, encoder)) in files.iter().zip(network.encoders()).enumerate() {
        let (sizes, config, positions) = stored_config(folder, files, &settings.front_end)?;
        configs.push(json!({ "config": config, "preprocessor": files.preprocessor }));
        let written = encoder.clone().first_positions(positions);
        let place = place(index);
        tensors.extend(written.to_tensors(&sizes).into_iter().map(|tensor| {
            let name = format!("{place}{}", tensor.name());
            tensor.renamed(name)
        }));
    }
    let float_type = |tensor: &NamedTensor| FloatType::of(&tensor.values());
    let head = weights::export(network.head(), |name| format!("{HEAD}{name}"));
    let typed = tensors.iter().map(|tensor| (tensor, float_type(tensor)));
    let typed: Vec<(&NamedTensor, FloatType)> = typed
        .chain(head.iter().map(|tensor| (tensor, FloatType::F32)))
        .collect();
    write_safetensors(&folder.join(WEIGHTS_FILE), &typed).map_err(PretrainedError::from)?;

    let path = folder.join(CONFIG_FILE);
    let settings = serde_json::to_value(settings).map_err(|source| ModelError::Config {
        path: path.clone(),
        source,
    })?;
    let config = json!({ "model_type": MODEL_TYPE, ENCODERS: configs, SETTINGS: settings });
    write_atomically(&path, format!("{config:#}\n").as_bytes()).map_err(io(&path))
}

/// Read the network of a folder that [`save`] wrote. `config` is the content of its `config.json`.
pub(super) fn load(
    files: ModelFiles<'_>,
    config: &Map<String, Value>,
    joined: &JoinedConfig,
    outputs: usize,
    device: &Device,
    purpose: Purpose,
) -> Result<(JoinedNetwork, Vec<PretrainedEncoder>), PretrainedError> {
    let misfit = |source| PretrainedError::Network {
        path: files.path(CONFIG_FILE),
        source,
    };
    let stored = config.get(ENCODERS).and_then(Value::as_array);
    let stored = stored.map_or(&[][..], Vec::as_slice);
    check_count(joined, stored.len()).map_err(misfit)?;
    let checkpoint = files.checkpoint()?;
    let mut encoders = Vec::with_capacity(stored.len());
    for (index, (stored, options)) in stored.iter().zip(&joined.encoders).enumerate() {
        let (encoder_files, config, preprocessor) = parse_stored(files, stored)?;
        let layers = options.layers_of(config.layers()).map_err(misfit)?;
        let prefix = format!("{}{}", place(index), config.prefix());
        let encoder =
            Encoder::random(&config, Some(layers), device).and_then(|encoder| match purpose {
                Purpose::Any => encoder.filled(&checkpoint, &prefix),
                Purpose::Inference => encoder.filled_for_inference(&checkpoint, &prefix, device),
            });
        encoders.push(PretrainedEncoder {
            encoder: encoder.map_err(|source| PretrainedError::Encoder {
                path: files.folder().to_owned(),
                source,
            })?,
            files: encoder_files.into(),
            config,
            preprocessor,
            layers,
        });
    }
    let network = join_encoders(&encoders, joined, outputs, device).map_err(misfit)?;
    let head = weights::load(network.head().clone(), &checkpoint, |name| {
        format!("{HEAD}{name}")
    })?;
    Ok((network.with_head(head), encoders))
}

/// Parse one of the configurations under `encoders`.
fn parse_stored(
    files: ModelFiles<'_>,
    stored: &Value,
) -> Result<(EncoderFiles, EncoderConfig, PreprocessorConfig), PretrainedError> {
    let path = files.path(CONFIG_FILE);
    let text = |key: &str| {
        let value = stored.get(key).filter(|value| !value.is_null());
        value.map(Value::to_string)
    };
    let config = text("config").unwrap_or_default();
    let preprocessor = text("preprocessor");
    parse_configs(
        (&path, config.as_bytes()),
        preprocessor
            .as_deref()
            .map(|text| (&*path, text.as_bytes())),
    )
}
