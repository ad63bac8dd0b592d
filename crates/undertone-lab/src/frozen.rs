//! A pretrained encoder that stays as it is, as a part of the way from a recording to features.

use undertone_audio::FeatureMatrix;
use undertone_models::burn::module::Module;
use undertone_models::burn::tensor::Device;
use undertone_models::{Batch, PretrainedNetwork, Weights};

/// Makes summaries of clips: what a head reads of a pretrained encoder.
#[derive(Debug)]
pub struct FrozenEncoder {
    network: PretrainedNetwork,
    device: Device,
    fingerprint: String,
}

impl FrozenEncoder {
    /// Freezes the encoder of a network on a device without autodiff. What the network reads of its
    /// encoder must be [fixed](undertone_models::PretrainedConfig::has_fixed_summaries).
    pub fn new(
        network: &PretrainedNetwork,
        reads: &impl serde::Serialize,
        device: &Device,
    ) -> Self {
        let network = network.valid();
        let mut hasher = blake3::Hasher::new();
        Weights::of(network.encoder()).hash_into(&mut |bytes| {
            hasher.update(bytes);
        });
        // Which states are read and how they are pooled.
        hasher.update(&serde_json::to_vec(reads).unwrap_or_default());
        Self {
            network,
            device: device.clone(),
            fingerprint: hasher.finalize().to_hex().to_string(),
        }
    }

    /// The same for equal weights, states and pooling.
    pub(crate) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// A window's summary as a matrix of one frame.
    pub(crate) fn summary(&self, features: &FeatureMatrix) -> FeatureMatrix {
        let batch = Batch::of(std::slice::from_ref(features), &self.device);
        let values: Vec<f32> = self
            .network
            .summarise(&batch)
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
