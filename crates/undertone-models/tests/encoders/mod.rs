//! The committed random checkpoints with their reference values, for the tests of encoders.
#![allow(dead_code)] // each test binary uses a part

use std::path::PathBuf;

use burn::tensor::{Device, Tensor, TensorData};
use undertone_models::{
    Batch, Checkpoint, ClassifierHeadConfig, EncoderConfig, EncoderError, PretrainedConfig,
    Readout, Weights,
};

/// All names of the checkpoints.
pub(crate) const ALL: [&str; 12] = [
    "wav2vec2-base",
    "wav2vec2-stable",
    "hubert-base",
    "hubert-large",
    "wavlm-base",
    "wavlm-large",
    "data2vec-audio",
    "superb",
    "dense-head",
    "dimensions",
    "whisper",
    "whisper-128",
];

/// Those in the layout of published checkpoints, with a recording and its answer.
pub(crate) const PUBLISHED: [&str; 6] = [
    "wavlm-large",
    "data2vec-audio",
    "superb",
    "dense-head",
    "dimensions",
    "whisper-128",
];

/// Shape and values.
pub(crate) type Values = (Vec<usize>, Vec<f32>);

pub(crate) struct Reference {
    pub(crate) config: EncoderConfig,
    pub(crate) head: ClassifierHeadConfig,
    pub(crate) checkpoint: Checkpoint,
    weights: Weights,
    values: Tensor<3>,
    lengths: Vec<usize>,
}

pub(crate) fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/encoders")
        .join(name)
}

/// What the classes of `transformers` do with an encoder's states.
pub(crate) fn readout(
    head: &ClassifierHeadConfig,
    checkpoint: &Checkpoint,
    device: &Device,
) -> Result<Readout, EncoderError> {
    let config = PretrainedConfig::stock(String::new(), head);
    let sizes = (head.states - 1, head.width);
    let readout = Readout::random(&config, sizes, head.labels.len(), device).unwrap();
    readout.filled(checkpoint, head.layout)
}

impl Reference {
    pub(crate) fn open(name: &str) -> Self {
        let folder = folder(name);
        let json = std::fs::read(folder.join("config.json")).unwrap();
        let config = EncoderConfig::from_json(&json).unwrap();
        let bytes = std::fs::read(folder.join("reference.safetensors")).unwrap();
        let mut weights = Weights::from_bytes(&bytes).unwrap();
        let (shape, values) = weights.take("values").unwrap();
        let (_, lengths) = weights.take("lengths").unwrap();
        let checkpoint = Checkpoint::open(&folder).unwrap();
        let head = ClassifierHeadConfig::from_json(&json, &config).unwrap();
        Self {
            head: head
                .as_stored(|name| checkpoint.shape(name).is_some())
                .unwrap(),
            config,
            checkpoint,
            weights,
            values: Tensor::from_data(TensorData::new(values, shape), &Device::flex()),
            lengths: lengths.iter().map(|length| *length as usize).collect(),
        }
    }

    pub(crate) fn clips(&self) -> usize {
        self.lengths.len()
    }

    /// All clips, with something other than zeros behind their ends.
    pub(crate) fn batch(&self) -> Batch {
        let noise = self.values.clone().narrow(0, 0, 1).ones_like() * 3.0;
        let frames = self.values.dims()[2];
        let padded = |clip| {
            let values = vec![self.lone(clip).values, noise.clone()];
            Tensor::cat(values, 2).narrow(2, 0, frames)
        };
        let clips = (0..self.clips()).map(padded);
        Batch {
            values: Tensor::cat(clips.collect(), 0),
            lengths: self.lengths.clone(),
        }
    }

    /// One clip without anything behind it.
    pub(crate) fn lone(&self, clip: usize) -> Batch {
        let own = self.lengths[clip];
        Batch {
            values: self.values.clone().narrow(0, clip, 1).narrow(2, 0, own),
            lengths: vec![own],
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.weights.clone().take(name).is_some()
    }

    pub(crate) fn take(&mut self, name: &str) -> Values {
        self.weights.take(name).unwrap()
    }

    /// The hidden states under a prefix, `[clips, steps, width]` each.
    pub(crate) fn states(&self, prefix: &str) -> Vec<Values> {
        let mut weights = self.weights.clone();
        (0..)
            .map_while(|index| weights.take(&format!("{prefix}.states.{index}")))
            .collect()
    }
}

pub(crate) fn values_of<const D: usize>(tensor: &Tensor<D>) -> Vec<f32> {
    tensor.to_data().iter::<f32>().collect()
}

/// The largest difference over the steps of each clip. `expected` may have fewer steps.
pub(crate) fn own_difference(found: &Tensor<3>, expected: &Values, lengths: &[usize]) -> f32 {
    let (shape, expected) = expected;
    let [clips, steps, width] = found.dims();
    assert_eq!([clips, width], [shape[0], shape[2]]);
    let found = values_of(found);
    let mut largest = 0.0f32;
    for (clip, own) in lengths.iter().enumerate() {
        let found = &found[clip * steps * width..][..own * width];
        let expected = &expected[clip * shape[1] * width..][..own * width];
        for (found, expected) in found.iter().zip(expected) {
            let difference = (found - expected).abs();
            assert!(difference.is_finite());
            largest = largest.max(difference);
        }
    }
    largest
}

/// The largest difference over all values.
pub(crate) fn whole_difference<const D: usize>(
    found: &Tensor<D>,
    (shape, expected): &Values,
) -> f32 {
    assert_eq!(found.dims().as_slice(), shape.as_slice());
    let found = values_of(found);
    let differences = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f32::max)
}
