//! wav2vec 2.0 (Baevski et al. 2020), HuBERT (Hsu et al. 2021), WavLM (Chen et al. 2022) and
//! data2vec for audio (Baevski et al. 2022): convolutions over the waveform, a projection, a
//! convolutional position embedding, and a transformer. So is emotion2vec (Ma et al. 2023), with
//! the position embedding of data2vec, learned tokens and biases by distance.
//!
//! After `modeling_wav2vec2.py`, `modeling_hubert.py`, `modeling_wavlm.py` and
//! `modeling_data2vec_audio.py` of `transformers` 4.57, without their layer drop and without their
//! masking of hidden states while training. Fields have the names of their checkpoints. emotion2vec
//! is after `funasr/models/emotion2vec` of FunASR 1.2.6.

use std::sync::Arc;

use burn::module::{Module, Param, list_param_ids};
use burn::nn::{Dropout, DropoutConfig, Initializer, Linear};
use burn::tensor::module::layer_norm;
use burn::tensor::{Bool, Device, Tensor};

use super::alibi::TokensAndBias;
use super::config::{ConvolutionNorm, Emotion2VecConfig, Wav2Vec2Config, WavLmConfig};
use super::convolution::{Convolution, GroupedConvolution};
use super::inference::{self, InModule, Values};
use super::relative_positions::RelativeEmbedding;
use super::steps::{HiddenStates, beyond_own, own_frames, own_mean, zero_beyond};
use super::transformer::{
    Attention, AttentionConfig, BatchSteps, EncoderParts, LayerNorm, TransformerLayer,
    fit_inference, for_each_step, for_inference, freeze_before_last, hidden_states, linear,
};
use crate::batch::Batch;
use crate::kernels::{Layer, Stack, channel_norm, gelu};
use crate::weights::parameter_bytes;

/// Prefixes of the names in a checkpoint.
pub(super) const PREFIXES: [&str; 6] = [
    "wav2vec2.",
    "hubert.",
    "wavlm.",
    "data2vec_audio.",
    "",
    "model.",
];

/// wav2vec 2.0, HuBERT, WavLM or data2vec without a head.
#[derive(Module, Debug)]
pub struct Wav2Vec2 {
    feature_extractor: FeatureExtractor,
    feature_projection: FeatureProjection,
    encoder: TransformerEncoder,
    receptive_field: usize,
    /// Whether each waveform is normalized to mean 0 and variance 1 here and not before.
    normalizes_input: bool,
}

impl Wav2Vec2 {
    /// The epsilon of the norms behind the convolutions, which no configuration changes.
    pub const CONVOLUTION_EPSILON: f32 = 1e-5;

    /// Create the first `layers` layers of a network whose configuration was checked, with random
    /// weights.
    pub(super) fn random(config: &Wav2Vec2Config, layers: usize, device: &Device) -> Self {
        let (feature_extractor, channels) = FeatureExtractor::random(config, device);
        Self {
            feature_extractor,
            feature_projection: FeatureProjection::random(config, channels, device),
            encoder: TransformerEncoder::random(config, layers, device),
            receptive_field: config.receptive_field(),
            normalizes_input: false,
        }
    }

    /// Add the relative positions of WavLM.
    pub(super) fn with_relative_positions(mut self, config: &WavLmConfig, device: &Device) -> Self {
        let gated = |(index, mut layer): (usize, EncoderLayer)| {
            layer.attention = layer.attention.gated(config, device);
            if index == 0 {
                let embedding = RelativeEmbedding::random(config, device);
                layer.attention = layer.attention.with_relative_embedding(embedding);
            }
            layer
        };
        let layers = self.encoder.layers.into_iter().enumerate();
        self.encoder.layers = layers.map(gated).collect();
        self
    }

    /// Create emotion2vec with random weights.
    pub(super) fn emotion2vec(config: &Emotion2VecConfig, device: &Device) -> Self {
        let sizes = &config.sizes;
        let (width, heads) = (sizes.hidden_size, sizes.num_attention_heads);
        let network = Self::random(sizes, sizes.num_hidden_layers, device);
        let mut network = network.with_position_layers(sizes, config.conv_pos_kernel_size, device);
        let scales = match config.learned_alibi_scale_per_head {
            true => heads,
            false => 1,
        };
        let tokens = [config.num_extra_tokens, width];
        network.encoder.before_steps = Some(TokensAndBias::random(tokens, heads, scales, device));
        // Only the norms of the transformer have the epsilon of the configuration.
        let channels = sizes.conv_dim.last().copied().unwrap_or(1);
        let epsilon = f64::from(Self::CONVOLUTION_EPSILON);
        network.feature_projection.layer_norm = Some(LayerNorm::init(channels, epsilon, device));
        network.normalizes_input = config.normalize;
        network
    }

    /// Replace the position embedding by that of data2vec, with convolutions of this kernel size.
    pub(super) fn with_position_layers(
        mut self,
        sizes: &Wav2Vec2Config,
        kernel: usize,
        device: &Device,
    ) -> Self {
        let layer = |_| PositionLayer {
            conv: GroupedConvolution::random(
                sizes.hidden_size,
                kernel,
                sizes.num_conv_pos_embedding_groups,
                device,
            ),
        };
        self.encoder.pos_conv_embed = PositionEmbedding {
            conv: None,
            layers: (0..sizes.num_conv_pos_embeddings).map(layer).collect(),
        };
        self
    }

    pub(super) fn hidden_states(&self, batch: &Batch) -> HiddenStates {
        let normal = self.normalizes_input.then(|| normalized(batch));
        let batch = normal.as_ref().unwrap_or(batch);
        let (values, lengths) = own_frames(batch, 1, self.receptive_field);
        let [clips, _, samples] = values.dims();
        let waveform = values.reshape([clips, samples, 1]);
        let (features, lengths) = self.feature_extractor.forward(waveform, lengths);
        let states = self.feature_projection.forward(features);
        HiddenStates {
            states: self.encoder.forward(states, &lengths),
            lengths,
        }
    }

    pub(super) fn parts(&self) -> EncoderParts {
        let encoder = &self.encoder;
        let mut features = list_param_ids(&self.feature_extractor);
        features.extend(list_param_ids(&self.feature_projection));
        features.extend(list_param_ids(&encoder.pos_conv_embed));
        let mut layers: Vec<_> = encoder.layers.iter().map(list_param_ids).collect();
        let behind_layers = encoder.do_stable_layer_norm;
        let part = match layers.last_mut() {
            Some(last) if behind_layers => last,
            _ => &mut features,
        };
        part.extend(list_param_ids(&encoder.layer_norm));
        EncoderParts { features, layers }
    }

    pub(super) fn for_inference<V: Values>(mut self, values: &V) -> Result<Self, V::Error> {
        self.encoder = self.encoder.for_inference(values)?;
        Ok(self)
    }

    /// Round the weights of the layers to 8-bit integers. `None` if the layers have no form for
    /// inference.
    pub(super) fn in_int8(mut self) -> Option<Self> {
        if !self.encoder.layers.is_empty() {
            return None;
        }
        let stack = self.encoder.inference?.in_int8();
        self.encoder.inference = Some(Arc::new(stack));
        Some(self)
    }

    /// Return the bytes of the layers that are there a second time, for inference.
    pub(super) fn copied_bytes(&self) -> usize {
        let encoder = &self.encoder;
        match encoder.inference {
            Some(_) if !encoder.layers.is_empty() => {
                let frozen = encoder.layers[..encoder.frozen_layers].iter();
                frozen.map(|layer| parameter_bytes(layer).0).sum()
            }
            _ => 0,
        }
    }

    /// Let the kernels for inference compute the layers before the first trained one.
    pub(super) fn frozen_for_inference(mut self) -> Self {
        self.encoder = self.encoder.frozen_for_inference();
        self
    }

    pub(super) fn train_last(self, layers: usize) -> Self {
        let network = self.freeze_features();
        let encoder = network.encoder;
        Self {
            encoder: TransformerEncoder {
                dropout: encoder.dropout.freeze(),
                frozen_layers: encoder.layers.len().saturating_sub(layers),
                // A copy of frozen layers has another number of them now.
                inference: encoder.inference.filter(|_| encoder.layers.is_empty()),
                layers: freeze_before_last(encoder.layers, layers),
                ..encoder
            },
            ..network
        }
    }

    pub(super) fn freeze_features(self) -> Self {
        let encoder = self.encoder;
        Self {
            feature_extractor: self.feature_extractor.freeze(),
            feature_projection: self.feature_projection.freeze(),
            encoder: TransformerEncoder {
                pos_conv_embed: encoder.pos_conv_embed.freeze(),
                // In a post-norm transformer the norm stands before the layers.
                layer_norm: if encoder.do_stable_layer_norm {
                    encoder.layer_norm
                } else {
                    encoder.layer_norm.map(Module::freeze)
                },
                ..encoder
            },
            ..self
        }
    }
}

/// Normalize each waveform of a batch over its own samples, as PyTorch's layer norm does.
fn normalized(batch: &Batch) -> Batch {
    let lengths: Vec<usize> = batch.lengths.iter().map(|own| (*own).max(1)).collect();
    let waveforms = batch.values.clone().swap_dims(1, 2);
    let centered = waveforms.clone() - own_mean(waveforms, &lengths);
    let variance = own_mean(centered.clone().square(), &lengths);
    let deviation = (variance + Wav2Vec2::CONVOLUTION_EPSILON).sqrt();
    Batch {
        values: (centered / deviation).swap_dims(1, 2),
        lengths: batch.lengths.clone(),
    }
}

/// Convolutions over the waveform.
#[derive(Module, Debug)]
struct FeatureExtractor {
    conv_layers: Vec<ConvLayer>,
}

impl FeatureExtractor {
    /// Create the convolutions, and return them with the number of their output channels.
    fn random(config: &Wav2Vec2Config, device: &Device) -> (Self, usize) {
        let mut channels = 1;
        let mut conv_layers = Vec::with_capacity(config.conv_dim.len());
        for (index, [outputs, kernel, stride]) in config.convolutions().enumerate() {
            let sizes = [channels, outputs];
            let has_norm = index == 0 || config.feat_extract_norm == ConvolutionNorm::Layer;
            conv_layers.push(ConvLayer {
                conv: Convolution::random(sizes, kernel, stride, config.conv_bias, device),
                layer_norm: has_norm
                    .then(|| ConvNorm::init(outputs, config.feat_extract_norm, device)),
            });
            channels = outputs;
        }
        (Self { conv_layers }, channels)
    }

    /// `[batch, samples, 1]` → `[batch, steps, channels]`, and the lengths of the clips in steps.
    fn forward(&self, waveform: Tensor<3>, lengths: Vec<usize>) -> (Tensor<3>, Vec<usize>) {
        let input = (waveform, lengths);
        self.conv_layers
            .iter()
            .fold(input, |(states, lengths), layer| {
                layer.forward(states, &lengths)
            })
    }
}

/// Convolution, norm, GELU.
#[derive(Module, Debug)]
struct ConvLayer {
    conv: Convolution,
    layer_norm: Option<ConvNorm>,
}

impl ConvLayer {
    /// `[batch, frames, channels_in]` → `[batch, steps, channels_out]`, and the lengths in steps
    fn forward(&self, input: Tensor<3>, lengths: &[usize]) -> (Tensor<3>, Vec<usize>) {
        let lengths: Vec<usize> = lengths.iter().map(|own| self.conv.steps(*own)).collect();
        let mut output = self.conv.forward(input);
        if let Some(norm) = &self.layer_norm {
            output = norm.forward(output, &lengths);
        }
        (gelu(output), lengths)
    }
}

/// The norm behind a convolution, which the checkpoint calls `layer_norm` whatever its kind.
#[derive(Module, Debug)]
struct ConvNorm {
    /// `[channels]`
    weight: Param<Tensor<1>>,
    /// `[channels]`
    bias: Param<Tensor<1>>,
    #[module(skip)]
    kind: ConvolutionNorm,
}

impl ConvNorm {
    fn init(channels: usize, kind: ConvolutionNorm, device: &Device) -> Self {
        Self {
            weight: Initializer::Ones.init([channels], device),
            bias: Initializer::Zeros.init([channels], device),
            kind,
        }
    }

    /// `[batch, steps, channels]` → the same
    fn forward(&self, input: Tensor<3>, lengths: &[usize]) -> Tensor<3> {
        let [weight, bias] = [self.weight.val(), self.bias.val()];
        let epsilon = Wav2Vec2::CONVOLUTION_EPSILON;
        match self.kind {
            ConvolutionNorm::Group => channel_norm(input, weight, bias, lengths, epsilon),
            ConvolutionNorm::Layer => layer_norm(input, weight, Some(bias), f64::from(epsilon)),
        }
    }
}

/// A layer norm (HuBERT may have none) and a linear layer.
#[derive(Module, Debug)]
struct FeatureProjection {
    layer_norm: Option<LayerNorm>,
    projection: Linear,
    dropout: Dropout,
}

impl FeatureProjection {
    fn random(config: &Wav2Vec2Config, channels: usize, device: &Device) -> Self {
        let norm = || LayerNorm::init(channels, config.layer_norm_eps, device);
        Self {
            layer_norm: config.feat_proj_layer_norm.then(norm),
            projection: linear(channels, config.hidden_size, true, device),
            dropout: DropoutConfig::new(config.feat_proj_dropout).init(),
        }
    }

    /// `[batch, steps, channels]` → `[batch, steps, width]`
    fn forward(&self, features: Tensor<3>) -> Tensor<3> {
        let features = match &self.layer_norm {
            Some(norm) => norm.forward(features),
            None => features,
        };
        self.dropout
            .forward(for_each_step(&self.projection, features))
    }
}

/// Positions and a transformer.
#[derive(Module, Debug)]
struct TransformerEncoder {
    pos_conv_embed: PositionEmbedding,
    /// Before the first layer of a post-norm transformer; behind the last layer of a pre-norm one,
    /// where it is `None` if later layers were left out.
    layer_norm: Option<LayerNorm>,
    dropout: Dropout,
    layers: Vec<EncoderLayer>,
    /// What emotion2vec puts before the steps of a clip.
    before_steps: Option<TokensAndBias>,
    /// Whether the transformer is pre-norm.
    do_stable_layer_norm: bool,
    /// The number of layers before those that [`Wav2Vec2::train_last`] keeps trainable.
    frozen_layers: usize,
    /// The first layers for inference, in place of those of `layers`; all layers if that is empty.
    #[module(skip)]
    inference: Option<Arc<Stack>>,
}

impl TransformerEncoder {
    fn random(config: &Wav2Vec2Config, layers: usize, device: &Device) -> Self {
        let has_norm = !config.do_stable_layer_norm || layers == config.num_hidden_layers;
        Self {
            pos_conv_embed: PositionEmbedding {
                conv: Some(GroupedConvolution::random(
                    config.hidden_size,
                    config.num_conv_pos_embeddings,
                    config.num_conv_pos_embedding_groups,
                    device,
                )),
                layers: Vec::new(),
            },
            layer_norm: has_norm
                .then(|| LayerNorm::init(config.hidden_size, config.layer_norm_eps, device)),
            dropout: DropoutConfig::new(config.hidden_dropout).init(),
            layers: (0..layers)
                .map(|_| EncoderLayer::random(config, device))
                .collect(),
            before_steps: None,
            do_stable_layer_norm: config.do_stable_layer_norm,
            frozen_layers: 0,
            inference: None,
        }
    }

    /// Return whether the kernels for inference can compute the layers.
    fn fits_inference(&self) -> bool {
        self.before_steps.is_none() && fit_inference(&self.layers)
    }

    /// Move the weights of the layers into the order that is fastest without gradients.
    fn for_inference<V: Values>(mut self, values: &V) -> Result<Self, V::Error> {
        if self.fits_inference() {
            let norm = self
                .layer_norm
                .as_ref()
                .filter(|_| self.do_stable_layer_norm);
            let layers = std::mem::take(&mut self.layers);
            self.inference = Some(for_inference(layers, norm, values)?);
        }
        Ok(self)
    }

    /// Let the kernels for inference compute the layers before the first trained one.
    fn frozen_for_inference(mut self) -> Self {
        if self.layers.is_empty() {
            return self;
        }
        self.inference = None;
        if self.frozen_layers > 0 && self.fits_inference() {
            let layers = self.layers[..self.frozen_layers].to_vec();
            let Ok(stack) = for_inference(layers, None, &InModule);
            self.inference = Some(stack);
        }
        self
    }

    /// `[batch, steps, width]` → the hidden states of all layers
    fn forward(&self, states: Tensor<3>, lengths: &[usize]) -> Vec<Tensor<3>> {
        let count = states.dims()[1];
        let beyond = beyond_own(lengths, count, &states.device());
        let states = zero_beyond(states, beyond.as_ref());
        let positions = self.pos_conv_embed.forward(states.clone(), beyond.as_ref());
        let mut states = states + positions;
        let tokens = self.before_steps.as_ref().map_or(0, TokensAndBias::tokens);
        if let Some(before) = &self.before_steps {
            states = before.prepend(states);
        }
        let mut last_norm = self.layer_norm.as_ref();
        if !self.do_stable_layer_norm
            && let Some(norm) = last_norm.take()
        {
            states = norm.forward(states);
        }
        let states = match &self.inference {
            Some(stack) => {
                let states = inference::hidden_states(stack, states, lengths);
                if self.layers.is_empty() {
                    return states;
                }
                states
            }
            None => vec![self.dropout.forward(states)],
        };
        let first = self.layers.first();
        let embedding = first.and_then(|layer| layer.attention.relative_embedding());
        let by_distance = self.before_steps.as_ref().map(|before| before.bias(count));
        let with_tokens: Vec<usize> = lengths.iter().map(|own| tokens + own).collect();
        let steps = BatchSteps {
            lengths: &with_tokens,
            position_bias: embedding.map(|it| it.bias(count)).or(by_distance),
        };
        let states = hidden_states(&self.layers, last_norm, states, &steps);
        if tokens == 0 {
            return states;
        }
        let of_steps = |states: Tensor<3>| states.narrow(1, tokens, count);
        states.into_iter().map(of_steps).collect()
    }
}

/// A wide convolution in groups of channels and GELU, or the layers of data2vec in its place. The
/// weight normalization of its training is folded into the weight.
#[derive(Module, Debug)]
struct PositionEmbedding {
    conv: Option<GroupedConvolution>,
    layers: Vec<PositionLayer>,
}

impl PositionEmbedding {
    /// `[batch, steps, channels]` → the same
    fn forward(&self, states: Tensor<3>, beyond: Option<&Tensor<2, Bool>>) -> Tensor<3> {
        if let Some(conv) = &self.conv {
            return gelu(conv.forward(states));
        }
        // Each layer must see zeros behind the end of a clip, as for a clip alone.
        self.layers.iter().fold(states, |states, layer| {
            zero_beyond(layer.forward(states), beyond)
        })
    }
}

/// A convolution in groups of channels, a layer norm without parameters, and GELU.
#[derive(Module, Debug)]
struct PositionLayer {
    conv: GroupedConvolution,
}

impl PositionLayer {
    /// `[batch, steps, channels]` → the same
    fn forward(&self, states: Tensor<3>) -> Tensor<3> {
        let states = self.conv.forward(states);
        let ones = Tensor::ones([states.dims()[2]], &states.device());
        let epsilon = f64::from(Wav2Vec2::CONVOLUTION_EPSILON);
        gelu(layer_norm(states, ones, None, epsilon))
    }
}

/// Self-attention and a feed-forward network, each with a layer norm and a residual connection.
#[derive(Module, Debug)]
struct EncoderLayer {
    attention: Attention,
    layer_norm: LayerNorm,
    feed_forward: FeedForward,
    final_layer_norm: LayerNorm,
    dropout: Dropout,
    /// Whether the norms stand before attention and feed-forward (pre-norm) or behind them.
    do_stable_layer_norm: bool,
}

impl EncoderLayer {
    fn random(config: &Wav2Vec2Config, device: &Device) -> Self {
        let width = config.hidden_size;
        let norm = || LayerNorm::init(width, config.layer_norm_eps, device);
        let attention = AttentionConfig {
            width,
            heads: config.num_attention_heads,
            key_bias: true,
            dropout: config.attention_dropout,
        };
        let inner = config.intermediate_size;
        Self {
            attention: attention.random(device),
            layer_norm: norm(),
            feed_forward: FeedForward {
                intermediate_dense: linear(width, inner, true, device),
                output_dense: linear(inner, width, true, device),
                intermediate_dropout: DropoutConfig::new(config.activation_dropout).init(),
                output_dropout: DropoutConfig::new(config.hidden_dropout).init(),
            },
            final_layer_norm: norm(),
            dropout: DropoutConfig::new(config.hidden_dropout).init(),
            do_stable_layer_norm: config.do_stable_layer_norm,
        }
    }

    fn attend(&self, states: Tensor<3>, steps: &BatchSteps<'_>) -> Tensor<3> {
        self.dropout.forward(self.attention.forward(states, steps))
    }
}

impl TransformerLayer for EncoderLayer {
    fn attention(&self) -> &Attention {
        &self.attention
    }

    fn for_inference<V: Values>(&self, values: &V) -> Result<Layer, V::Error> {
        let attention = self.attention.for_inference(values)?;
        let feed_forward = &self.feed_forward;
        Ok(Layer {
            heads: attention.heads,
            projection: attention.projection,
            output: attention.output,
            attention_norm: self.layer_norm.for_inference(values)?,
            inner: values.dense(&[(&feed_forward.intermediate_dense).into()])?,
            outer: values.dense(&[(&feed_forward.output_dense).into()])?,
            final_norm: self.final_layer_norm.for_inference(values)?,
            norm_first: self.do_stable_layer_norm,
        })
    }

    fn forward(&self, states: Tensor<3>, steps: &BatchSteps<'_>) -> Tensor<3> {
        if self.do_stable_layer_norm {
            let normed = self.layer_norm.forward(states.clone());
            let states = states + self.attend(normed, steps);
            let normed = self.final_layer_norm.forward(states.clone());
            states + self.feed_forward.forward(normed)
        } else {
            let states = states.clone() + self.attend(states, steps);
            let states = self.layer_norm.forward(states);
            let states = states.clone() + self.feed_forward.forward(states);
            self.final_layer_norm.forward(states)
        }
    }
}

/// Two linear layers with a GELU between them.
#[derive(Module, Debug)]
struct FeedForward {
    intermediate_dense: Linear,
    output_dense: Linear,
    intermediate_dropout: Dropout,
    output_dropout: Dropout,
}

impl FeedForward {
    fn forward(&self, states: Tensor<3>) -> Tensor<3> {
        let inner = gelu(for_each_step(&self.intermediate_dense, states));
        let inner = self.intermediate_dropout.forward(inner);
        self.output_dropout
            .forward(for_each_step(&self.output_dense, inner))
    }
}
