//! A frozen pretrained encoder as a step of feature extraction.

use burn::module::Module;
use burn::tensor::Device;
use undertone_audio::FeatureMatrix;
use undertone_models::{Batch, Encoder, PretrainedNetwork, Weights};

/// Return a hash of an encoder's weights and of the settings that they are used with.
pub(crate) fn encoder_fingerprint(encoder: &Encoder, settings: &impl serde::Serialize) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    for (name, values) in Weights::of(encoder).iter() {
        hasher.update(name.as_bytes());
        for value in values {
            hasher.update(&value.to_le_bytes());
        }
    }
    hasher.update(&serde_json::to_vec(settings).unwrap_or_default());
    format!("{FINGERPRINT}{}", hasher.finalize().to_hex())
}

/// How a fingerprint begins. Another way to compute it gets another beginning.
pub(crate) const FINGERPRINT: &str = "2-";

/// Computes the embeddings that a pretrained network's head reads.
#[derive(Debug)]
pub struct FrozenEncoder {
    network: PretrainedNetwork,
    device: Device,
    fingerprint: String,
}

impl FrozenEncoder {
    /// Freeze the encoder of a network on a device without autodiff. `settings` are its
    /// configuration, hidden states and pooling; they are part of the fingerprint. The embeddings
    /// must be [fixed](undertone_models::PretrainedConfig::has_fixed_embeddings).
    pub fn new(
        network: &PretrainedNetwork,
        settings: &impl serde::Serialize,
        device: &Device,
    ) -> Self {
        let network = network.valid();
        Self {
            fingerprint: encoder_fingerprint(network.encoder(), settings),
            network,
            device: device.clone(),
        }
    }

    /// Return a hash of the weights, the settings and the program's version.
    pub(crate) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Return the embedding of a window as a matrix of one frame.
    pub(crate) fn embedding(&self, features: &FeatureMatrix) -> FeatureMatrix {
        let batch = Batch::of(std::slice::from_ref(features), &self.device);
        let values: Vec<f32> = self
            .network
            .embed(&batch)
            .into_data()
            .iter::<f32>()
            .collect();
        FeatureMatrix {
            bands: values.len(),
            frames: 1,
            values,
        }
    }
}
