//! Whisper's encoder (Radford et al. 2022): two convolutions over log-mel frames, positions, and a
//! pre-norm transformer.
//!
//! After `modeling_whisper.py` of `transformers` 4.57, except that a clip has only its own frames
//! and positions, where `transformers` wants every clip filled up to 30 s.

use burn::module::{Module, Param};
use burn::nn::{Dropout, DropoutConfig, Initializer};
use burn::tensor::{Device, Tensor};

use super::HiddenStates;
use super::config::WhisperConfig;
use super::convolution::Convolution;
use super::steps::{beyond_own, own_frames, zero_beyond};
use super::tensors::Names;
use super::transformer::{
    LayerNorm, TransformerConfig, TransformerLayer, all_states, freeze_before_last,
};
use crate::batch::Batch;
use crate::kernels::gelu;

pub(super) const NAMES: Names = Names {
    prefixes: &["model.encoder.", "encoder.", "", "model."],
    renamed: &[
        ("first", "conv1"),
        ("second", "conv2"),
        ("positions", "embed_positions.weight"),
        ("norm", "layer_norm"),
        ("attention", "self_attn"),
        ("query", "q_proj"),
        ("key", "k_proj"),
        ("value", "v_proj"),
        ("output", "out_proj"),
        ("attention_norm", "self_attn_layer_norm"),
        ("expansion", "fc1"),
        ("contraction", "fc2"),
        ("feed_forward_norm", "final_layer_norm"),
    ],
};

/// Whisper's encoder without its decoder.
#[derive(Module, Debug)]
pub struct WhisperEncoder {
    first: Convolution,
    second: Convolution,
    /// `[positions, width]`; sinusoids, which `transformers` does not train either.
    positions: Param<Tensor<2>>,
    dropout: Dropout,
    layers: Vec<TransformerLayer>,
    /// Behind the last layer, if the network is whole.
    norm: Option<LayerNorm>,
    bands: usize,
}

impl WhisperEncoder {
    /// The epsilon of all norms, which no configuration changes.
    pub const EPSILON: f64 = 1e-5;

    /// The first `layers` layers of a network whose configuration was checked.
    pub(super) fn random(config: &WhisperConfig, layers: usize, device: &Device) -> Self {
        let width = config.d_model;
        let transformer = TransformerConfig {
            width,
            heads: config.encoder_attention_heads,
            intermediate_width: config.encoder_ffn_dim,
            key_bias: false,
            norm_first: true,
            epsilon: Self::EPSILON,
            dropout: config.dropout,
            activation_dropout: config.activation_dropout,
            attention_dropout: config.attention_dropout,
        };
        let positions = Initializer::Normal {
            mean: 0.0,
            std: 0.02,
        };
        Self {
            first: Convolution::random([config.num_mel_bins, width], 3, 1, true, device),
            second: Convolution::random([width, width], 3, 2, true, device),
            positions: positions
                .init([config.max_source_positions, width], device)
                .set_require_grad(false),
            dropout: DropoutConfig::new(config.dropout).init(),
            layers: (0..layers)
                .map(|_| TransformerLayer::random(&transformer, device))
                .collect(),
            norm: (layers == config.encoder_layers)
                .then(|| LayerNorm::init(width, Self::EPSILON, device)),
            bands: config.num_mel_bins,
        }
    }

    pub(super) fn hidden_states(&self, batch: &Batch) -> HiddenStates {
        let (values, frames) = own_frames(batch, self.bands, 1);
        let device = values.device();
        let states = gelu(self.first.forward(with_margin(values.swap_dims(1, 2))));
        // The second convolution must find zeros behind a clip's end, as it does behind a lone one.
        let beyond = beyond_own(&frames, states.dims()[1], &device);
        let states = zero_beyond(states, beyond.as_ref());
        let states = gelu(self.second.forward(with_margin(states)));

        let lengths: Vec<usize> = frames.iter().map(|own| own.div_ceil(2)).collect();
        let steps = states.dims()[1];
        let positions = self.positions.val();
        assert!(
            steps <= positions.dims()[0],
            "a clip is longer than the encoder's positions"
        );
        let states = self
            .dropout
            .forward(states + positions.narrow(0, 0, steps).unsqueeze());
        HiddenStates {
            states: all_states(&self.layers, self.norm.as_ref(), states, &lengths),
            lengths,
        }
    }

    pub(super) fn train_last(self, layers: usize) -> Self {
        let network = self.freeze_features();
        Self {
            dropout: network.dropout.freeze(),
            layers: freeze_before_last(network.layers, layers),
            ..network
        }
    }

    pub(super) fn freeze_features(self) -> Self {
        Self {
            first: self.first.freeze(),
            second: self.second.freeze(),
            ..self
        }
    }
}

/// One frame of zeros at both ends.
fn with_margin(frames: Tensor<3>) -> Tensor<3> {
    let [batch, _, channels] = frames.dims();
    let margin = Tensor::zeros([batch, 1, channels], &frames.device());
    Tensor::cat(vec![margin.clone(), frames, margin], 1)
}
