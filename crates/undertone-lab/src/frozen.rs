//! A pretrained encoder that stays as it is, as a part of the way from a recording to features.

use burn::module::Module;
use burn::tensor::Device;
use undertone_audio::FeatureMatrix;
use undertone_models::{Batch, Encoder, PretrainedNetwork, Weights};

/// A hash of an encoder's weights and of all that decides what is made of them.
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
    hasher.finalize().to_hex().to_string()
}

/// Makes embeddings of clips: what a head reads of a pretrained encoder.
#[derive(Debug)]
pub struct FrozenEncoder {
    network: PretrainedNetwork,
    device: Device,
    fingerprint: String,
}

impl FrozenEncoder {
    /// Freezes the encoder of a network on a device without autodiff. `reads` is all that decides
    /// what is made of its weights: its configuration, the states, the pooling. What the network reads of its
    /// encoder must be [fixed](undertone_models::PretrainedConfig::has_fixed_embeddings).
    pub fn new(
        network: &PretrainedNetwork,
        reads: &impl serde::Serialize,
        device: &Device,
    ) -> Self {
        let network = network.valid();
        Self {
            fingerprint: encoder_fingerprint(network.encoder(), reads),
            network,
            device: device.clone(),
        }
    }

    /// The same for equal weights, configuration, states and pooling, computed by the same version.
    pub(crate) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// A window's embedding as a matrix of one frame.
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
