//! Whisper's encoder (Radford et al. 2022): two convolutions over log-mel frames, positions, and a
//! pre-norm transformer.
//!
//! After `modeling_whisper.py` of `transformers` 4.57, with one difference: a clip has only its own
//! frames and positions, where `transformers` wants every clip filled up to 30 s. Fields have the
//! names of the checkpoint.

use burn::module::{Module, Param, list_param_ids};
use burn::nn::{Dropout, DropoutConfig, Initializer, Linear};
use burn::tensor::{Device, Tensor};

use super::config::WhisperConfig;
use super::convolution::Convolution;
use super::inference::{InModule, Values};
use super::steps::{HiddenStates, beyond_own, own_frames, zero_beyond};
use super::transformer::{
    Attention, AttentionConfig, BatchSteps, EncoderParts, LayerNorm, TransformerLayer,
    fit_inference, for_each_step, for_inference, freeze_before_last, hidden_states, linear,
};
use super::whisper_inference::WhisperInference;
use crate::batch::Batch;
use crate::kernels::{Layer, gelu};
use crate::weights::parameter_bytes;

/// Prefixes of the names in a checkpoint.
pub(super) const PREFIXES: [&str; 4] = ["model.encoder.", "encoder.", "", "model."];

/// Whisper's encoder without its decoder.
#[derive(Module, Debug)]
pub struct WhisperEncoder {
    conv1: Convolution,
    conv2: Convolution,
    embed_positions: Positions,
    dropout: Dropout,
    layers: Vec<EncoderLayer>,
    /// Behind the last layer of the whole network; `None` if later layers were left out.
    layer_norm: Option<LayerNorm>,
    bands: usize,
    /// The number of layers before those that [`WhisperEncoder::train_last`] keeps trainable.
    frozen_layers: usize,
    /// The convolutions and these layers once more, for inference.
    #[module(skip)]
    frozen: Option<WhisperInference>,
}

#[derive(Module, Debug)]
struct Positions {
    /// `[positions, width]`; sinusoids, which `transformers` does not train either.
    weight: Param<Tensor<2>>,
}

impl WhisperEncoder {
    /// The epsilon of all norms, which no configuration changes.
    pub const EPSILON: f64 = 1e-5;

    /// Create the first `layers` layers of a network whose configuration was checked, with random
    /// weights.
    pub(super) fn random(config: &WhisperConfig, layers: usize, device: &Device) -> Self {
        let width = config.d_model;
        let positions = Initializer::Normal {
            mean: 0.0,
            std: 0.02,
        };
        Self {
            conv1: Convolution::random([config.num_mel_bins, width], 3, 1, true, device),
            conv2: Convolution::random([width, width], 3, 2, true, device),
            embed_positions: Positions {
                weight: positions
                    .init([config.max_source_positions, width], device)
                    .set_require_grad(false),
            },
            dropout: DropoutConfig::new(config.dropout).init(),
            layers: (0..layers)
                .map(|_| EncoderLayer::random(config, device))
                .collect(),
            layer_norm: (layers == config.encoder_layers)
                .then(|| LayerNorm::init(width, Self::EPSILON, device)),
            bands: config.num_mel_bins,
            frozen_layers: 0,
            frozen: None,
        }
    }

    /// Return whether the network has a form for inference.
    pub(super) fn fits_inference(&self) -> bool {
        fit_inference(&self.layers)
    }

    /// Return the network [for inference](WhisperEncoder::fits_inference).
    pub(super) fn for_inference<V: Values>(self, values: &V) -> Result<WhisperInference, V::Error> {
        let convolution = |it: &Convolution| values.dense(&[it.parameters()]);
        Ok(WhisperInference {
            convolutions: [convolution(&self.conv1)?, convolution(&self.conv2)?].into(),
            positions: values.of(&self.embed_positions.weight)?.into(),
            stack: for_inference(self.layers, self.layer_norm.as_ref(), values)?,
            bands: self.bands,
        })
    }

    /// Return the bytes of the weights that are there a second time, for inference.
    pub(super) fn copied_bytes(&self) -> usize {
        if self.frozen.is_none() {
            return 0;
        }
        let frozen = self.layers[..self.frozen_layers].iter();
        let layers: usize = frozen.map(|layer| parameter_bytes(layer).0).sum();
        let features = [&self.conv1, &self.conv2].map(|it| parameter_bytes(it).0);
        layers + features.iter().sum::<usize>() + parameter_bytes(&self.embed_positions).0
    }

    /// Let the kernels for inference compute what comes before the first trained layer.
    pub(super) fn frozen_for_inference(mut self) -> Self {
        self.frozen = None;
        if self.frozen_layers > 0 && self.fits_inference() {
            let mut first = self.clone();
            first.layers.truncate(self.frozen_layers);
            first.layer_norm = None;
            let Ok(first) = first.for_inference(&InModule);
            self.frozen = Some(first);
        }
        self
    }

    pub(super) fn hidden_states(&self, batch: &Batch) -> HiddenStates {
        let HiddenStates { states, lengths } = match &self.frozen {
            Some(frozen) => frozen.hidden_states(batch),
            None => self.first_state(batch),
        };
        let steps = BatchSteps {
            lengths: &lengths,
            position_bias: None,
        };
        HiddenStates {
            states: hidden_states(&self.layers, self.layer_norm.as_ref(), states, &steps),
            lengths,
        }
    }

    /// Compute the input of the first layer.
    fn first_state(&self, batch: &Batch) -> HiddenStates {
        let (values, frames) = own_frames(batch, self.bands, 1);
        let device = values.device();
        let states = gelu(self.conv1.forward(with_margin(values.swap_dims(1, 2))));
        // The second convolution must see zeros behind the end of a clip, as for a clip alone.
        let beyond = beyond_own(&frames, states.dims()[1], &device);
        let states = zero_beyond(states, beyond.as_ref());
        let states = gelu(self.conv2.forward(with_margin(states)));

        let lengths: Vec<usize> = frames.iter().map(|own| own.div_ceil(2)).collect();
        let steps = states.dims()[1];
        let positions = self.embed_positions.weight.val();
        assert!(
            steps <= positions.dims()[0],
            "a clip is longer than the encoder's positions"
        );
        let states = states + positions.narrow(0, 0, steps).unsqueeze();
        HiddenStates {
            states: vec![self.dropout.forward(states)],
            lengths,
        }
    }

    pub(super) fn first_positions(mut self, count: usize) -> Self {
        let positions = self.embed_positions.weight.val();
        let count = count.min(positions.dims()[0]);
        self.embed_positions.weight = Param::from_tensor(positions.narrow(0, 0, count));
        self
    }

    pub(super) fn parts(&self) -> EncoderParts {
        let mut features = list_param_ids(&self.conv1);
        features.extend(list_param_ids(&self.conv2));
        features.extend(list_param_ids(&self.embed_positions));
        let mut layers: Vec<_> = self.layers.iter().map(list_param_ids).collect();
        let last = layers.last_mut().unwrap_or(&mut features);
        last.extend(list_param_ids(&self.layer_norm));
        EncoderParts { features, layers }
    }

    pub(super) fn train_last(self, layers: usize) -> Self {
        let network = self.freeze_features();
        Self {
            dropout: network.dropout.freeze(),
            frozen_layers: network.layers.len().saturating_sub(layers),
            // A copy of frozen layers has another number of them now.
            frozen: None,
            layers: freeze_before_last(network.layers, layers),
            ..network
        }
    }

    pub(super) fn freeze_features(self) -> Self {
        Self {
            conv1: self.conv1.freeze(),
            conv2: self.conv2.freeze(),
            ..self
        }
    }
}

/// Self-attention and a feed-forward network, each behind a layer norm and with a residual
/// connection.
#[derive(Module, Debug)]
struct EncoderLayer {
    self_attn: Attention,
    self_attn_layer_norm: LayerNorm,
    fc1: Linear,
    fc2: Linear,
    final_layer_norm: LayerNorm,
    dropout: Dropout,
    activation_dropout: Dropout,
}

impl EncoderLayer {
    fn random(config: &WhisperConfig, device: &Device) -> Self {
        let (width, inner) = (config.d_model, config.encoder_ffn_dim);
        let norm = || LayerNorm::init(width, WhisperEncoder::EPSILON, device);
        let attention = AttentionConfig {
            width,
            heads: config.encoder_attention_heads,
            key_bias: false,
            dropout: config.attention_dropout,
        };
        Self {
            self_attn: attention.random(device),
            self_attn_layer_norm: norm(),
            fc1: linear(width, inner, true, device),
            fc2: linear(inner, width, true, device),
            final_layer_norm: norm(),
            dropout: DropoutConfig::new(config.dropout).init(),
            activation_dropout: DropoutConfig::new(config.activation_dropout).init(),
        }
    }
}

impl TransformerLayer for EncoderLayer {
    fn attention(&self) -> &Attention {
        &self.self_attn
    }

    fn for_inference<V: Values>(&self, values: &V) -> Result<Layer, V::Error> {
        let attention = self.self_attn.for_inference(values)?;
        Ok(Layer {
            heads: attention.heads,
            projection: attention.projection,
            output: attention.output,
            attention_norm: self.self_attn_layer_norm.for_inference(values)?,
            inner: values.dense(&[(&self.fc1).into()])?,
            outer: values.dense(&[(&self.fc2).into()])?,
            final_norm: self.final_layer_norm.for_inference(values)?,
            norm_first: true,
        })
    }

    fn forward(&self, states: Tensor<3>, steps: &BatchSteps<'_>) -> Tensor<3> {
        let normed = self.self_attn_layer_norm.forward(states.clone());
        let attended = self.self_attn.forward(normed, steps);
        let states = states + self.dropout.forward(attended);
        let normed = self.final_layer_norm.forward(states.clone());
        let inner = self
            .activation_dropout
            .forward(gelu(for_each_step(&self.fc1, normed)));
        states + self.dropout.forward(for_each_step(&self.fc2, inner))
    }
}

/// Add one frame of zeros at both ends.
fn with_margin(frames: Tensor<3>) -> Tensor<3> {
    let [batch, _, channels] = frames.dims();
    let margin = Tensor::zeros([batch, 1, channels], &frames.device());
    Tensor::cat(vec![margin.clone(), frames, margin], 1)
}
