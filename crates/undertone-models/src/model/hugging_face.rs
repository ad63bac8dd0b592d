//! The folder of a model with a pretrained encoder, in the layout of Hugging Face: `transformers`
//! loads models of Undertone, and Undertone loads models of `transformers`.
//!
//! A network that `transformers` has a class for is written as that class
//! (`Wav2Vec2ForSequenceClassification`, `WavLMForSequenceClassification`, …). Any other network is
//! written with a class of ours beside the weights, which `transformers` loads with
//! `trust_remote_code=True`. A model of dimensions has no class there; only Undertone loads it. The
//! settings of Undertone are in `config.json` under `undertone`.

use std::fs;
use std::path::Path;

use burn::tensor::Device;
use serde::Serialize;
use serde_json::{Map, Value, json};
use undertone_audio::Normalize;
use undertone_files::write_atomically;

use super::config::{ModelConfig, SETTINGS};
use super::encoder_folder::{EncoderFiles, PretrainedEncoder, PretrainedError};
use super::error::ModelError;
use super::files::ModelFiles;
use super::names::{CONFIG_FILE, PREPROCESSOR_FILE, WEIGHTS_FILE};
use super::purpose::Purpose;
use super::stored_encoder::stored_config;
use crate::encoder::{EncoderConfig, HeadLayout, Sizes, StepPoolingKind};
use crate::network::{PretrainedConfig, PretrainedNetwork, States};
use crate::weights::{Checkpoint, FloatType, NamedTensor, write_safetensors};

/// Our class, for networks that `transformers` has no class for.
const MODELING: &str = include_str!("modeling_undertone.py");
const MODELING_FILE: &str = "modeling_undertone.py";
/// Our feature extractor, with which `transformers` prepares recordings as our front end does.
const EXTRACTION: &str = include_str!("feature_extraction_undertone.py");
const EXTRACTION_FILE: &str = "feature_extraction_undertone.py";

/// Write the folder of a model.
pub(crate) fn save(
    folder: &Path,
    settings: &ModelConfig,
    pretrained: &PretrainedConfig,
    network: &PretrainedNetwork,
    files: &EncoderFiles,
) -> Result<(), ModelError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| ModelError::Io { path, source }
    };
    fs::create_dir_all(folder).map_err(io(folder))?;
    let (encoder, stored, positions) = stored_config(folder, files, &settings.front_end)?;
    let stock = stock_class(&encoder, pretrained, settings);
    let config = config_json(settings, pretrained, &encoder, stock, stored)?;
    let preprocessor = preprocessor_json(settings, &encoder, stock, files)?;

    let float_type = stored_type(&files.config);
    // The readout was trained here, so it keeps all its bits whatever the type of the encoder.
    let written = network.encoder().clone().first_positions(positions);
    let of_encoder = written.to_tensors(&encoder);
    let typed = of_encoder.iter().map(|tensor| (tensor, float_type));
    let readout = network.readout().to_tensors();
    let typed = typed.chain(readout.iter().map(|tensor| (tensor, FloatType::F32)));
    let tensors: Vec<(&NamedTensor, FloatType)> = typed.collect();
    write_safetensors(&folder.join(WEIGHTS_FILE), &tensors).map_err(PretrainedError::from)?;

    let mut texts = vec![
        (CONFIG_FILE, pretty(&Value::Object(config))),
        (PREPROCESSOR_FILE, pretty(&Value::Object(preprocessor))),
        (EXTRACTION_FILE, EXTRACTION.to_owned()),
    ];
    if stock.is_none() && settings.dimensions.is_empty() {
        texts.push((MODELING_FILE, MODELING.to_owned()));
    }
    for (name, text) in texts {
        let path = folder.join(name);
        write_atomically(&path, text.as_bytes()).map_err(io(&path))?;
    }
    Ok(())
}

/// Read the network of a folder that [`save`] wrote.
pub(super) fn load(
    files: ModelFiles<'_>,
    pretrained: &PretrainedConfig,
    classes: usize,
    device: &Device,
    purpose: Purpose,
) -> Result<(PretrainedNetwork, PretrainedEncoder), PretrainedError> {
    let layout = HeadLayout::Projector;
    let (network, encoder, _) = read_network(files, pretrained, classes, layout, device, purpose)?;
    Ok((network, encoder))
}

pub(super) fn read_network(
    files: ModelFiles<'_>,
    pretrained: &PretrainedConfig,
    outputs: usize,
    layout: HeadLayout,
    device: &Device,
    purpose: Purpose,
) -> Result<(PretrainedNetwork, PretrainedEncoder, Checkpoint), PretrainedError> {
    let (encoder, checkpoint) = PretrainedEncoder::read(files, pretrained, device, purpose)?;
    // The saved network has its batch norm folded in.
    let folded = PretrainedConfig {
        batch_norm: false,
        ..pretrained.clone()
    };
    let network = encoder
        .network(&folded, outputs, device)
        .map_err(|source| PretrainedError::Network {
            path: files.folder().to_owned(),
            source,
        })?;
    let filled = network.filled(&checkpoint, layout);
    let network = filled.map_err(|source| PretrainedError::Encoder {
        path: files.folder().to_owned(),
        source,
    })?;
    Ok((network, encoder, checkpoint))
}

/// Return the class of `transformers` that computes what our network computes, if there is one.
fn stock_class(
    encoder: &EncoderConfig,
    pretrained: &PretrainedConfig,
    settings: &ModelConfig,
) -> Option<&'static str> {
    let whole_states = match pretrained.states {
        States::Last | States::Weighted => true,
        States::Concat(_) => false,
    };
    let fits = whole_states
        && pretrained.pooling == StepPoolingKind::Mean
        && pretrained.projection.is_some()
        && pretrained.activation.is_none()
        && settings.dimensions.is_empty()
        && settings.output_scheme == settings.label_scheme;
    let is_cut = pretrained
        .layers
        .is_some_and(|layers| layers < encoder.layers());
    match encoder.sizes() {
        // The class applies the norm behind the last layer even if later layers were left out.
        Sizes::Waveform(config) if config.do_stable_layer_norm && is_cut => None,
        Sizes::Waveform(_) if fits => Some(encoder.architecture()),
        // The class for Whisper needs 30 s of input and pools over the silence too.
        Sizes::Waveform(_) | Sizes::LogMel(_) => None,
    }
}

fn config_json(
    settings: &ModelConfig,
    pretrained: &PretrainedConfig,
    encoder: &EncoderConfig,
    stock: Option<&str>,
    mut config: Map<String, Value>,
) -> Result<Map<String, Value>, ModelError> {
    let dimensions = settings.dimensions.iter().map(|it| &it.name);
    let labels: Vec<&String> = settings.labels.iter().chain(dimensions).collect();
    let layers = pretrained
        .layers_of(encoder.layers())
        .unwrap_or(encoder.layers());
    let by_id = labels
        .iter()
        .enumerate()
        .map(|(id, label)| (id.to_string(), json!(label)));
    let by_label = labels
        .iter()
        .enumerate()
        .map(|(id, label)| ((*label).clone(), json!(id)));
    config.insert("id2label".to_owned(), Value::Object(by_id.collect()));
    config.insert("label2id".to_owned(), Value::Object(by_label.collect()));
    // Our class needs the number of layers of the whole encoder, to know whether the norm behind
    // the last layer applies.
    if stock.is_some() {
        config.insert("num_hidden_layers".to_owned(), json!(layers));
    }
    config.insert(
        "use_weighted_layer_sum".to_owned(),
        json!(pretrained.states == States::Weighted),
    );
    if let Some(size) = pretrained.projection {
        config.insert("classifier_proj_size".to_owned(), json!(size));
    }
    if !settings.dimensions.is_empty() {
        // `transformers` has no class for this, and our class is for classification.
        config.remove("architectures");
        config.remove("auto_map");
        config.insert("problem_type".to_owned(), json!("regression"));
        config.insert(SETTINGS.to_owned(), to_json(settings)?);
        return Ok(config);
    }
    let class = stock.unwrap_or("UndertoneForAudioClassification");
    config.insert("architectures".to_owned(), json!([class]));
    if stock.is_none() {
        let (outputs, labels) = (&settings.output_scheme, &settings.label_scheme);
        config.insert("summed_into".to_owned(), json!(outputs.classes_in(labels)));
        let class = format!("modeling_undertone.{class}");
        config.insert(
            "auto_map".to_owned(),
            json!({ "AutoModelForAudioClassification": class }),
        );
    } else {
        config.remove("auto_map");
    }
    config.insert(SETTINGS.to_owned(), to_json(settings)?);
    Ok(config)
}

/// Return the options of the feature extractor of the encoder, with those of our front end.
fn preprocessor_json(
    settings: &ModelConfig,
    encoder: &EncoderConfig,
    stock: Option<&str>,
    files: &EncoderFiles,
) -> Result<Map<String, Value>, ModelError> {
    let front_end = &settings.front_end;
    let kind = encoder.feature_extractor();
    let mut preprocessor = files.preprocessor.clone().unwrap_or_default();
    let own = format!("feature_extraction_undertone.Undertone{kind}");
    for (key, value) in [
        ("feature_extractor_type", json!(kind)),
        ("auto_map", json!({ "AutoFeatureExtractor": own })),
        ("front_end", to_json(front_end)?),
        ("as_windows", json!(stock.is_none())),
        ("sampling_rate", json!(front_end.sample_rate)),
    ] {
        preprocessor.insert(key.to_owned(), value);
    }
    // A missing option has another default in the feature extractors than in the file.
    match encoder.sizes() {
        Sizes::LogMel(config) => {
            preprocessor.insert("feature_size".to_owned(), json!(config.num_mel_bins));
        }
        Sizes::Waveform(_) => {
            let normalize = front_end.normalize == Normalize::Utterance;
            preprocessor.insert("do_normalize".to_owned(), json!(normalize));
        }
    }
    Ok(preprocessor)
}

fn to_json(settings: &impl Serialize) -> Result<Value, ModelError> {
    serde_json::to_value(settings).map_err(|source| ModelError::Config {
        path: CONFIG_FILE.into(),
        source,
    })
}

/// Return the type that the weights of an encoder were stored in. Rounding to it again changes
/// nothing unless the weights were trained.
fn stored_type(config: &Map<String, Value>) -> FloatType {
    let named = ["dtype", "torch_dtype"]
        .iter()
        .find_map(|key| config.get(*key).and_then(Value::as_str));
    match named {
        Some("float16") => FloatType::F16,
        _ => FloatType::F32,
    }
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}
