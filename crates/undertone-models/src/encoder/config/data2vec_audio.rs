//! The configuration of data2vec for audio.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::check;
use super::error::{EncoderConfigError, parse};
use super::wav2vec2::{ConvolutionNorm, Wav2Vec2Config};

/// The sizes of data2vec for audio: those of wav2vec 2.0 with a layer norm behind every
/// convolution and a post-norm transformer, and its position embedding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Data2VecAudioConfig {
    /// What it has in common with wav2vec 2.0. `num_conv_pos_embeddings` is the number of
    /// convolutions of the position embedding.
    #[serde(flatten)]
    pub sizes: Wav2Vec2Config,
    /// Kernel size of each convolution of the position embedding, in steps.
    #[serde(default = "default_kernel")]
    pub conv_pos_kernel_size: usize,
}

fn default_kernel() -> usize {
    19
}

impl Data2VecAudioConfig {
    /// Read a `config.json`. The class of `transformers` has no choice of norms, whatever the file
    /// says.
    pub(super) fn from_json(
        file: &'static str,
        mut value: Value,
    ) -> Result<Self, EncoderConfigError> {
        if let Some(options) = value.as_object_mut() {
            let layers = options.entry("num_conv_pos_embeddings");
            layers.or_insert_with(|| 5.into());
        }
        let mut config: Self = parse(file, value.to_string().as_bytes())?;
        config.sizes.feat_extract_norm = ConvolutionNorm::Layer;
        config.sizes.do_stable_layer_norm = false;
        Ok(config)
    }

    pub(super) fn check(&self) -> Result<(), EncoderConfigError> {
        self.sizes.check()?;
        let layers = self.sizes.num_conv_pos_embeddings;
        let kernel = self.conv_pos_kernel_size;
        let normed = self.sizes.feat_proj_layer_norm;
        check::require(normed, "feat_proj_layer_norm", &normed, "true")?;
        check::sizes(&[
            ("num_conv_pos_embeddings", layers, check::MOST_LAYERS),
            ("conv_pos_kernel_size", kernel, check::LARGEST_KERNEL),
        ])
    }
}
