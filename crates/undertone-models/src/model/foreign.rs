//! Models for audio classification or regression that others fine-tuned, in the layout of Hugging
//! Face, and emotion2vec in that of FunASR.

use std::path::Path;

use burn::tensor::Device;
use undertone_audio::{FitLength, FrontEndConfig};

use super::dimension::Dimension;
use super::emotion2vec;
use super::encoder_folder::{PretrainedError, front_end, read, read_configs};
use super::files::ModelFiles;
use super::hugging_face::read_network;
use super::names::CONFIG_FILE;
use super::purpose::Purpose;
use crate::encoder::{ClassifierHeadConfig, Encoder, EncoderConfig, PreprocessorConfig};
use crate::network::{PretrainedConfig, PretrainedNetwork};
use crate::weights::Checkpoint;

/// The longest window of a model that has no limit of its own, in seconds.
const LONGEST_WINDOW: f64 = 30.0;

/// The beginnings of the names of tensors that only training, another task or a decoder uses, and
/// of layer weights that the configuration switches off.
const UNUSED: [&str; 8] = [
    "quantizer.",
    "project_hid.",
    "project_q.",
    "lm_head.",
    "proj_out.",
    "decoder.",
    "model.decoder.",
    "layer_weights",
];
/// The end of the name of a tensor that only training uses.
const MASK: &str = "masked_spec_embed";

/// A model for audio classification or regression that Undertone did not train.
pub(crate) struct Foreign {
    pub(crate) outputs: ForeignOutputs,
    pub(crate) front_end: FrontEndConfig,
    pub(crate) network: PretrainedNetwork,
}

/// What the outputs of such a model stand for.
pub(crate) enum ForeignOutputs {
    /// Scores of these classes.
    Labels(Vec<String>),
    /// These numbers, as they are.
    Dimensions(Vec<Dimension>),
}

/// The configuration of such a model.
struct Configs {
    encoder: EncoderConfig,
    preprocessor: PreprocessorConfig,
    head: ClassifierHeadConfig,
}

/// Return whether such a model predicts numbers and not classes.
pub(super) fn predicts_numbers(folder: &Path) -> Result<bool, PretrainedError> {
    let files = ModelFiles::in_folder(folder);
    Ok(!files.are_of_funasr() && Configs::read(files)?.head.predicts_numbers)
}

/// Read a checkpoint of a class of `transformers` with a classification head, or of one that has
/// the head of a published training script. It is for inference only.
pub(crate) fn load_foreign(folder: &Path, device: &Device) -> Result<Foreign, PretrainedError> {
    let files = ModelFiles::in_folder(folder);
    if files.are_of_funasr() {
        let (labels, front_end, network) = emotion2vec::load(folder, device)?;
        return Ok(Foreign {
            outputs: ForeignOutputs::Labels(labels),
            front_end,
            network,
        });
    }
    let Configs {
        encoder,
        preprocessor,
        head,
    } = Configs::read(files)?;
    let stored = files.checkpoint()?;
    let head = head
        .as_stored(|name| stored.shape(name).is_some())
        .map_err(|source| PretrainedError::Config {
            path: files.path(CONFIG_FILE),
            source,
        })?;
    let pretrained = PretrainedConfig::stock(folder.display().to_string(), &head);
    let outputs = head.labels.len();
    let (layout, purpose) = (head.layout, Purpose::Inference);
    let (network, _, checkpoint) =
        read_network(files, &pretrained, outputs, layout, device, purpose)?;
    check_tensors(folder, &encoder, &network, &head, &checkpoint)?;

    // Whisper was fine-tuned on clips filled up with silence, and pools over the silence too.
    let longest = encoder.longest_input();
    let seconds = longest.map_or(LONGEST_WINDOW, |frames| {
        (frames * preprocessor.hop_length) as f64 / f64::from(preprocessor.sampling_rate)
    });
    let recording = FrontEndConfig {
        trim: None,
        duration: FitLength::Seconds(seconds),
        pad: longest.is_some(),
        ..FrontEndConfig::default()
    };
    let as_it_is = |name| Dimension {
        name,
        mean: 0.0,
        scale: 1.0,
        range: None,
    };
    Ok(Foreign {
        outputs: match head.predicts_numbers {
            true => ForeignOutputs::Dimensions(head.labels.into_iter().map(as_it_is).collect()),
            false => ForeignOutputs::Labels(head.labels),
        },
        front_end: front_end(&encoder, &preprocessor, &recording),
        network,
    })
}

impl Configs {
    fn read(files: ModelFiles<'_>) -> Result<Self, PretrainedError> {
        let (_, encoder, preprocessor) = read_configs(files)?;
        let head = ClassifierHeadConfig::from_json(&read(files, CONFIG_FILE)?, &encoder);
        let head = head.map_err(|source| PretrainedError::Config {
            path: files.path(CONFIG_FILE),
            source,
        })?;
        Ok(Self {
            encoder,
            preprocessor,
            head,
        })
    }
}

/// Check that the network reads every tensor that has a part in the answer. A head with more layers
/// than ours would compute something else.
fn check_tensors(
    folder: &Path,
    encoder: &EncoderConfig,
    network: &PretrainedNetwork,
    head: &ClassifierHeadConfig,
    checkpoint: &Checkpoint,
) -> Result<(), PretrainedError> {
    // The network has no names any more. Random weights that are not used are never drawn.
    let encoder = Encoder::random(encoder, None, &Device::flex());
    let encoder = encoder.map_err(|source| PretrainedError::Encoder {
        path: folder.to_owned(),
        source,
    })?;
    let mut read = encoder.stored_names(checkpoint);
    read.extend(network.readout().stored_names(checkpoint, head.layout));
    let is_unknown = |name: &&str| {
        let unused = UNUSED.iter().any(|start| name.starts_with(start)) || name.ends_with(MASK);
        !unused && !read.contains(*name)
    };
    let names: Vec<String> = checkpoint
        .names()
        .filter(is_unknown)
        .map(str::to_owned)
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    Err(PretrainedError::UnknownTensors {
        path: folder.to_owned(),
        names,
    })
}
