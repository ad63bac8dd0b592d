//! wav2vec 2.0 (Baevski et al. 2020) and HuBERT (Hsu et al. 2021): convolutions over the waveform,
//! a projection, a convolutional position embedding, and a transformer.
//!
//! After `modeling_wav2vec2.py` and `modeling_hubert.py` of `transformers` 4.57. Its layer drop and
//! its masking of hidden states while training are left out.

use burn::module::{Module, Param};
use burn::nn::{Dropout, DropoutConfig, Initializer, Linear};
use burn::tensor::{Device, Tensor};

use super::HiddenStates;
use super::config::{ConvolutionNorm, Wav2Vec2Config};
use super::convolution::{Convolution, PositionEmbedding};
use super::steps::{beyond_own, own_frames, zero_beyond};
use super::tensors::Names;
use super::transformer::{
    LayerNorm, TransformerConfig, TransformerLayer, all_states, freeze_before_last, linear,
};
use crate::batch::Batch;
use crate::kernels::{channel_norm, gelu};

pub(super) const NAMES: Names = Names {
    prefixes: &["wav2vec2.", "hubert.", "", "model."],
    renamed: &[
        ("convolutions", "feature_extractor.conv_layers"),
        ("convolution", "conv"),
        ("channel_norm", "layer_norm"),
        ("frame_norm", "layer_norm"),
        ("projection_norm", "feature_projection.layer_norm"),
        ("projection", "feature_projection.projection"),
        ("positions", "encoder.pos_conv_embed.conv"),
        ("norm", "encoder.layer_norm"),
        ("layers", "encoder.layers"),
        ("query", "q_proj"),
        ("key", "k_proj"),
        ("value", "v_proj"),
        ("output", "out_proj"),
        ("attention_norm", "layer_norm"),
        ("expansion", "feed_forward.intermediate_dense"),
        ("contraction", "feed_forward.output_dense"),
        ("feed_forward_norm", "final_layer_norm"),
    ],
};

/// wav2vec 2.0 or HuBERT without a head.
#[derive(Module, Debug)]
pub struct Wav2Vec2 {
    convolutions: Vec<ConvolutionBlock>,
    projection_norm: Option<LayerNorm>,
    projection: Linear,
    projection_dropout: Dropout,
    positions: PositionEmbedding,
    /// Before the first layer of a post-norm transformer; behind the last of a pre-norm one, if it
    /// is whole.
    norm: Option<LayerNorm>,
    dropout: Dropout,
    layers: Vec<TransformerLayer>,
    norm_first: bool,
    receptive_field: usize,
}

/// Convolution, norm, GELU.
#[derive(Module, Debug)]
struct ConvolutionBlock {
    convolution: Convolution,
    channel_norm: Option<ChannelNorm>,
    frame_norm: Option<LayerNorm>,
}

impl ConvolutionBlock {
    /// `[batch, frames, channels_in]` → `[batch, steps, channels_out]`, and the clips' lengths.
    fn forward(&self, input: Tensor<3>, lengths: &[usize]) -> (Tensor<3>, Vec<usize>) {
        let lengths: Vec<usize> = lengths
            .iter()
            .map(|own| self.convolution.steps(*own))
            .collect();
        let mut output = self.convolution.forward(input);
        if let Some(norm) = &self.channel_norm {
            output = norm.forward(output, &lengths);
        }
        if let Some(norm) = &self.frame_norm {
            output = norm.forward(output);
        }
        (gelu(output), lengths)
    }
}

/// Each channel standardized over a clip's own steps: group norm with one channel a group.
#[derive(Module, Debug)]
struct ChannelNorm {
    /// `[channels]`
    weight: Param<Tensor<1>>,
    /// `[channels]`
    bias: Param<Tensor<1>>,
}

impl ChannelNorm {
    fn init(channels: usize, device: &Device) -> Self {
        Self {
            weight: Initializer::Ones.init([channels], device),
            bias: Initializer::Zeros.init([channels], device),
        }
    }

    /// `[batch, steps, channels]` → the same
    fn forward(&self, input: Tensor<3>, lengths: &[usize]) -> Tensor<3> {
        let [weight, bias] = [self.weight.val(), self.bias.val()];
        channel_norm(input, weight, bias, lengths, Wav2Vec2::CONVOLUTION_EPSILON)
    }
}

impl Wav2Vec2 {
    /// The epsilon of the norms behind the convolutions, which no configuration changes.
    pub const CONVOLUTION_EPSILON: f32 = 1e-5;

    /// The first `layers` layers of a network whose configuration was checked.
    pub(super) fn random(config: &Wav2Vec2Config, layers: usize, device: &Device) -> Self {
        let width = config.hidden_size;
        let norm = |width| LayerNorm::init(width, config.layer_norm_eps, device);
        let by_frame = config.feat_extract_norm == ConvolutionNorm::Layer;
        let mut channels = 1;
        let mut convolutions = Vec::with_capacity(config.conv_dim.len());
        for (index, [outputs, kernel, stride]) in config.convolutions().enumerate() {
            let sizes = [channels, outputs];
            convolutions.push(ConvolutionBlock {
                convolution: Convolution::random(sizes, kernel, stride, config.conv_bias, device),
                channel_norm: (!by_frame && index == 0).then(|| ChannelNorm::init(outputs, device)),
                frame_norm: by_frame.then(|| {
                    LayerNorm::init(outputs, f64::from(Self::CONVOLUTION_EPSILON), device)
                }),
            });
            channels = outputs;
        }
        let transformer = TransformerConfig {
            width,
            heads: config.num_attention_heads,
            intermediate_width: config.intermediate_size,
            key_bias: true,
            norm_first: config.do_stable_layer_norm,
            epsilon: config.layer_norm_eps,
            dropout: config.hidden_dropout,
            activation_dropout: config.activation_dropout,
            attention_dropout: config.attention_dropout,
        };
        let has_norm = !config.do_stable_layer_norm || layers == config.num_hidden_layers;
        Self {
            convolutions,
            projection_norm: config.feat_proj_layer_norm.then(|| norm(channels)),
            projection: linear(channels, width, true, device),
            projection_dropout: DropoutConfig::new(config.feat_proj_dropout).init(),
            positions: PositionEmbedding::random(
                width,
                config.num_conv_pos_embeddings,
                config.num_conv_pos_embedding_groups,
                device,
            ),
            norm: has_norm.then(|| norm(width)),
            dropout: DropoutConfig::new(config.hidden_dropout).init(),
            layers: (0..layers)
                .map(|_| TransformerLayer::random(&transformer, device))
                .collect(),
            norm_first: config.do_stable_layer_norm,
            receptive_field: config.receptive_field(),
        }
    }

    pub(super) fn hidden_states(&self, batch: &Batch) -> HiddenStates {
        let (values, mut lengths) = own_frames(batch, 1, self.receptive_field);
        let [clips, _, samples] = values.dims();
        let mut states = values.reshape([clips, samples, 1]);
        for block in &self.convolutions {
            (states, lengths) = block.forward(states, &lengths);
        }
        if let Some(norm) = &self.projection_norm {
            states = norm.forward(states);
        }
        states = self
            .projection_dropout
            .forward(self.projection.forward(states));

        let beyond = beyond_own(&lengths, states.dims()[1], &states.device());
        states = zero_beyond(states, beyond.as_ref());
        states = states.clone() + self.positions.forward(states);
        let mut last_norm = self.norm.as_ref();
        if !self.norm_first
            && let Some(norm) = last_norm.take()
        {
            states = norm.forward(states);
        }
        states = self.dropout.forward(states);
        HiddenStates {
            states: all_states(&self.layers, last_norm, states, &lengths),
            lengths,
        }
    }

    /// Whether the transformer is a pre-norm one, whose own norm is behind its last layer.
    pub(super) fn is_norm_first(&self) -> bool {
        self.norm_first
    }

    pub(super) fn train_last(self, layers: usize) -> Self {
        let network = self.freeze_features();
        Self {
            norm: if network.norm_first {
                network.norm
            } else {
                network.norm.map(Module::freeze)
            },
            dropout: network.dropout.freeze(),
            layers: freeze_before_last(network.layers, layers),
            ..network
        }
    }

    pub(super) fn freeze_features(self) -> Self {
        Self {
            convolutions: self.convolutions.freeze(),
            projection_norm: self.projection_norm.freeze(),
            projection: self.projection.freeze(),
            projection_dropout: self.projection_dropout.freeze(),
            positions: self.positions.freeze(),
            // Without `norm_first` it stands before the layers.
            norm: if self.norm_first {
                self.norm
            } else {
                self.norm.map(Module::freeze)
            },
            ..self
        }
    }
}
