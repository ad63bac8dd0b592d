//! The configuration of wav2vec 2.0 and HuBERT.

use serde::{Deserialize, Serialize};

use super::check;
use super::error::EncoderConfigError;

/// The sizes of wav2vec 2.0 and HuBERT, with the names and with the defaults of `transformers`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wav2Vec2Config {
    /// Width of the transformer.
    pub hidden_size: usize,
    /// Number of its layers.
    pub num_hidden_layers: usize,
    /// Heads of its attention; a divisor of the width.
    pub num_attention_heads: usize,
    /// Inner width of its feed-forward networks.
    pub intermediate_size: usize,
    /// Their activation; only `gelu` is supported.
    pub hidden_act: String,
    /// Share of the outputs of each sub-layer that is dropped while training.
    pub hidden_dropout: f64,
    /// Share of the activations dropped while training.
    pub activation_dropout: f64,
    /// Share of the attention weights dropped while training.
    pub attention_dropout: f64,
    /// Share of the projected features dropped while training.
    pub feat_proj_dropout: f64,
    /// Added to the variance by the norms of the transformer.
    pub layer_norm_eps: f64,
    /// The norm of the convolutions.
    pub feat_extract_norm: ConvolutionNorm,
    /// Their activation; only `gelu` is supported.
    pub feat_extract_activation: String,
    /// Their output channels, in order.
    pub conv_dim: Vec<usize>,
    /// Their strides, in frames.
    pub conv_stride: Vec<usize>,
    /// Their kernel sizes, in frames.
    pub conv_kernel: Vec<usize>,
    /// Whether they have biases.
    pub conv_bias: bool,
    /// Kernel size of the position embedding, in steps.
    pub num_conv_pos_embeddings: usize,
    /// Its groups; a divisor of the width.
    pub num_conv_pos_embedding_groups: usize,
    /// Whether it has batch norm, which is not supported.
    pub conv_pos_batch_norm: bool,
    /// Whether the transformer has its norms before its sub-layers (pre-norm) or behind them.
    pub do_stable_layer_norm: bool,
    /// Whether the features pass a layer norm before their projection; only HuBERT can be without.
    pub feat_proj_layer_norm: bool,
    /// Whether convolutions follow the transformer, which is not supported.
    pub add_adapter: bool,
    /// Width of adapters in the attention, which are not supported.
    pub adapter_attn_dim: Option<usize>,
}

/// The norm of the convolutions over the waveform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConvolutionNorm {
    /// Behind the first convolution only: every channel over time.
    Group,
    /// Behind every convolution: every frame over its channels.
    Layer,
}

impl Default for Wav2Vec2Config {
    fn default() -> Self {
        Self {
            hidden_size: 768,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            intermediate_size: 3072,
            hidden_act: "gelu".to_owned(),
            hidden_dropout: 0.1,
            activation_dropout: 0.1,
            attention_dropout: 0.1,
            feat_proj_dropout: 0.0,
            layer_norm_eps: 1e-5,
            feat_extract_norm: ConvolutionNorm::Group,
            feat_extract_activation: "gelu".to_owned(),
            conv_dim: vec![512; 7],
            conv_stride: vec![5, 2, 2, 2, 2, 2, 2],
            conv_kernel: vec![10, 3, 3, 3, 3, 2, 2],
            conv_bias: false,
            num_conv_pos_embeddings: 128,
            num_conv_pos_embedding_groups: 16,
            conv_pos_batch_norm: false,
            do_stable_layer_norm: false,
            feat_proj_layer_norm: true,
            add_adapter: false,
            adapter_attn_dim: None,
        }
    }
}

/// The receptive field may not be longer, in samples.
const LONGEST_RECEPTIVE_FIELD: usize = 1 << 20;

impl Wav2Vec2Config {
    pub(super) fn check(&self) -> Result<(), EncoderConfigError> {
        use check::{LARGEST_KERNEL, LARGEST_WIDTH, MOST_LAYERS, require};

        check::sizes(&[
            ("hidden_size", self.hidden_size, LARGEST_WIDTH),
            ("num_hidden_layers", self.num_hidden_layers, MOST_LAYERS),
            (
                "num_attention_heads",
                self.num_attention_heads,
                LARGEST_WIDTH,
            ),
            ("intermediate_size", self.intermediate_size, LARGEST_WIDTH),
            (
                "num_conv_pos_embeddings",
                self.num_conv_pos_embeddings,
                LARGEST_KERNEL,
            ),
            (
                "num_conv_pos_embedding_groups",
                self.num_conv_pos_embedding_groups,
                LARGEST_WIDTH,
            ),
            ("conv_dim", self.conv_dim.len(), MOST_LAYERS),
        ])?;
        for (option, list, largest) in [
            ("conv_dim", &self.conv_dim, LARGEST_WIDTH),
            ("conv_kernel", &self.conv_kernel, LARGEST_KERNEL),
            ("conv_stride", &self.conv_stride, LARGEST_KERNEL),
        ] {
            let expected = format!("one size a layer, {}", self.conv_dim.len());
            require(list.len() == self.conv_dim.len(), option, list, expected)?;
            let expected = format!("sizes from 1 to {largest}");
            let holds = list.iter().all(|size| (1..=largest).contains(size));
            require(holds, option, list, expected)?;
        }
        let field = self.receptive_field();
        let expected = format!("a receptive field of at most {LONGEST_RECEPTIVE_FIELD} samples");
        let holds = field <= LONGEST_RECEPTIVE_FIELD;
        require(holds, "conv_stride", &self.conv_stride, expected)?;

        let width = ("hidden_size", self.hidden_size);
        check::divides(("num_attention_heads", self.num_attention_heads), width)?;
        let groups = self.num_conv_pos_embedding_groups;
        check::divides(("num_conv_pos_embedding_groups", groups), width)?;
        check::shares(&[
            ("hidden_dropout", self.hidden_dropout),
            ("activation_dropout", self.activation_dropout),
            ("attention_dropout", self.attention_dropout),
            ("feat_proj_dropout", self.feat_proj_dropout),
        ])?;
        let epsilon = self.layer_norm_eps;
        require(
            (0.0..1.0).contains(&epsilon),
            "layer_norm_eps",
            &epsilon,
            "a small number",
        )?;
        check::gelu("hidden_act", &self.hidden_act)?;
        check::gelu("feat_extract_activation", &self.feat_extract_activation)?;
        let batch_norm = self.conv_pos_batch_norm;
        require(
            !batch_norm,
            "conv_pos_batch_norm",
            &batch_norm,
            "false: it is not supported",
        )?;
        require(
            !self.add_adapter,
            "add_adapter",
            &self.add_adapter,
            "false: it is not supported",
        )?;
        let adapter = self.adapter_attn_dim;
        require(
            adapter.is_none(),
            "adapter_attn_dim",
            &adapter,
            "null: it is not supported",
        )
    }

    /// Iterate over the output channels, the kernel and the stride of each convolution.
    pub(crate) fn convolutions(&self) -> impl DoubleEndedIterator<Item = [usize; 3]> {
        let sizes = self.conv_kernel.iter().zip(&self.conv_stride);
        let all = self.conv_dim.iter().zip(sizes);
        all.map(|(channels, (kernel, stride))| [*channels, *kernel, *stride])
    }

    /// Return the number of samples that one step depends on.
    pub(crate) fn receptive_field(&self) -> usize {
        self.convolutions()
            .rev()
            .fold(1, |field: usize, [_, kernel, stride]| {
                (field - 1).saturating_mul(stride).saturating_add(kernel)
            })
    }
}
