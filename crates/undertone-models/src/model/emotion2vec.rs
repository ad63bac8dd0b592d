//! The folder of emotion2vec, in the layout of FunASR: `config.yaml`, `tokens.txt` and `model.pt`.

use std::path::Path;

use burn::tensor::Device;
use serde::Deserialize;
use undertone_audio::{FitLength, FrontEndConfig, InputKind, Normalize};

use super::encoder_folder::{PretrainedError, read};
use super::files::ModelFiles;
use super::names::FUNASR_CONFIG_FILE as CONFIG;
use crate::encoder::{Emotion2VecConfig, Encoder, StepPoolingKind, emotion2vec_prefix};
use crate::network::{Head, PretrainedConfig, PretrainedNetwork, States};
use crate::weights::{Checkpoint, CheckpointError};

/// The file that names the others.
const FILES: &str = "configuration.json";
/// The labels, one in a line.
const TOKENS: &str = "tokens.txt";
/// The file of the weights, unless [`FILES`] names another.
const WEIGHTS: &str = "model.pt";
/// The beginning of a label that has an output but is not used.
const UNUSED: &str = "unuse";
/// The longest window in seconds. The encoder has no limit of its own.
const LONGEST_WINDOW: f64 = 30.0;

/// The labels, the front end and the network of a folder.
pub(super) type Parts = (Vec<String>, FrontEndConfig, PretrainedNetwork);

#[derive(Deserialize, Default)]
#[serde(default)]
struct Paths {
    file_path_metas: Metas,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Metas {
    init_param: Option<String>,
}

/// Read a folder.
pub(super) fn load(folder: &Path, device: &Device) -> Result<Parts, PretrainedError> {
    let files = ModelFiles::in_folder(folder);
    let config = Emotion2VecConfig::from_yaml(&read(files, CONFIG)?);
    let config = config.map_err(|source| PretrainedError::Config {
        path: files.path(CONFIG),
        source,
    })?;
    let weights = weights_file(files)?;
    let checkpoint = Checkpoint::open_file(&folder.join(weights))?;
    let encoder = Encoder::load_emotion2vec(&config, &checkpoint, device);
    let encoder = encoder.map_err(|source| PretrainedError::Encoder {
        path: folder.to_owned(),
        source,
    })?;
    let (labels, head) = head(files, &config, &checkpoint, device)?;
    let sizes = (config.sizes.num_hidden_layers, config.sizes.hidden_size);
    let readout = PretrainedConfig {
        pretrained: folder.display().to_string(),
        layers: None,
        states: States::Last,
        pooling: StepPoolingKind::Mean,
        projection: None,
        activation: None,
        batch_norm: false,
        dropout: 0.0,
    };
    let network = PretrainedNetwork::new(encoder, sizes, &readout, labels.len(), device);
    let network = network.map_err(|source| PretrainedError::Network {
        path: folder.to_owned(),
        source,
    })?;
    // The network normalizes recordings itself, with another epsilon than the front end.
    let front_end = FrontEndConfig {
        sample_rate: 16_000,
        inputs: vec![InputKind::Waveform],
        normalize: Normalize::None,
        trim: None,
        duration: FitLength::Seconds(LONGEST_WINDOW),
        pad: false,
        ..FrontEndConfig::default()
    };
    Ok((labels, front_end, network.with_head(head)))
}

/// Return the name of the file of the weights. It is a plain name.
fn weights_file(files: ModelFiles<'_>) -> Result<String, PretrainedError> {
    if !files.has(FILES) {
        return Ok(WEIGHTS.to_owned());
    }
    let paths: Paths =
        serde_json::from_slice(&read(files, FILES)?).map_err(|source| PretrainedError::Json {
            path: files.path(FILES),
            source,
        })?;
    let name = paths.file_path_metas.init_param;
    let is_plain = |name: &String| Path::new(name).file_name() == Some(name.as_ref());
    Ok(name.filter(is_plain).unwrap_or_else(|| WEIGHTS.to_owned()))
}

/// Return the labels and the layer that scores them. Labels that are not used are left out.
fn head(
    files: ModelFiles<'_>,
    config: &Emotion2VecConfig,
    checkpoint: &Checkpoint,
    device: &Device,
) -> Result<(Vec<String>, Head), PretrainedError> {
    let prefix = emotion2vec_prefix(checkpoint);
    let [weight_name, bias_name] = ["proj.weight", "proj.bias"].map(|it| format!("{prefix}{it}"));
    if !files.has(TOKENS) {
        return Err(PretrainedError::NoLabels(files.path(TOKENS)));
    }
    let text = read(files, TOKENS)?;
    let text = String::from_utf8_lossy(&text);
    let tokens: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .collect();
    let width = config.sizes.hidden_size;
    let mut complaints = Vec::new();
    for (name, expected) in [
        (&weight_name, vec![tokens.len(), width]),
        (&bias_name, vec![tokens.len()]),
    ] {
        match checkpoint.shape(name) {
            None => complaints.push(format!("missing tensor `{name}` of shape {expected:?}")),
            Some(found) if found != expected => complaints.push(format!(
                "tensor `{name}` has shape {found:?}, expected {expected:?} ({TOKENS} and {CONFIG})"
            )),
            Some(_) => {}
        }
    }
    if !complaints.is_empty() {
        let path = checkpoint.path().to_owned();
        return Err(CheckpointError::Mismatch { path, complaints }.into());
    }
    let (rows, biases) = (checkpoint.read(&weight_name)?, checkpoint.read(&bias_name)?);
    let used: Vec<usize> = (0..tokens.len())
        .filter(|index| !tokens[*index].starts_with(UNUSED))
        .collect();
    if used.is_empty() {
        return Err(PretrainedError::NoLabels(files.path(TOKENS)));
    }
    let weight = (0..width)
        .flat_map(|column| used.iter().map(move |row| (row, column)))
        .map(|(row, column)| rows[row * width + column])
        .collect();
    let bias = used.iter().map(|row| biases[*row]).collect();
    // A label is Chinese and English: `生气/angry`.
    let label = |row: &usize| {
        let token = tokens[*row];
        token.rsplit('/').next().unwrap_or(token).to_owned()
    };
    let labels = used.iter().map(label).collect();
    Ok((labels, Head::linear(weight, bias, device)))
}
