//! The configuration of the encoder of Whisper.

use serde::{Deserialize, Serialize};

use super::check;
use super::error::EncoderConfigError;

/// The sizes of the encoder of Whisper, with the names and with the defaults of `transformers`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WhisperConfig {
    /// Bands of the log-mel spectrogram: 80, or 128 for large-v3.
    pub num_mel_bins: usize,
    /// Width of the transformer.
    pub d_model: usize,
    /// Number of its layers.
    pub encoder_layers: usize,
    /// Heads of its attention; a divisor of the width.
    pub encoder_attention_heads: usize,
    /// Inner width of its feed-forward networks.
    pub encoder_ffn_dim: usize,
    /// Steps of the longest clip; each step is two frames.
    pub max_source_positions: usize,
    /// The activation; only `gelu` is supported.
    pub activation_function: String,
    /// Share of the outputs of each sub-layer that is dropped while training.
    pub dropout: f64,
    /// Share of the attention weights dropped while training.
    pub attention_dropout: f64,
    /// Share of the activations dropped while training.
    pub activation_dropout: f64,
}

impl Default for WhisperConfig {
    fn default() -> Self {
        Self {
            num_mel_bins: 80,
            d_model: 384,
            encoder_layers: 4,
            encoder_attention_heads: 6,
            encoder_ffn_dim: 1536,
            max_source_positions: 1500,
            activation_function: "gelu".to_owned(),
            dropout: 0.0,
            attention_dropout: 0.0,
            activation_dropout: 0.0,
        }
    }
}

impl WhisperConfig {
    pub(super) fn check(&self) -> Result<(), EncoderConfigError> {
        use check::{LARGEST_WIDTH, MOST_LAYERS};

        check::sizes(&[
            ("num_mel_bins", self.num_mel_bins, LARGEST_WIDTH),
            ("d_model", self.d_model, LARGEST_WIDTH),
            ("encoder_layers", self.encoder_layers, MOST_LAYERS),
            (
                "encoder_attention_heads",
                self.encoder_attention_heads,
                LARGEST_WIDTH,
            ),
            ("encoder_ffn_dim", self.encoder_ffn_dim, LARGEST_WIDTH),
            (
                "max_source_positions",
                self.max_source_positions,
                LARGEST_WIDTH,
            ),
        ])?;
        let heads = ("encoder_attention_heads", self.encoder_attention_heads);
        check::divides(heads, ("d_model", self.d_model))?;
        check::shares(&[
            ("dropout", self.dropout),
            ("attention_dropout", self.attention_dropout),
            ("activation_dropout", self.activation_dropout),
        ])?;
        check::gelu("activation_function", &self.activation_function)
    }
}
