//! An estimate of the memory that training takes.

use super::cnn_lstm::CnnLstmConfig;
use crate::encoder::{EncoderConfig, Sizes, Wav2Vec2Config, WhisperConfig};

const BYTES: usize = size_of::<f32>();

/// The number of values that autodiff keeps for one clip until its gradients are computed, and the
/// largest number that exists beside them for a moment. Both follow from the operations of the
/// networks in this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Activations {
    /// Values kept for the backward pass.
    pub kept: usize,
    /// Values of the largest step whose intermediate values are not kept.
    pub passing: usize,
}

impl Activations {
    /// Return the bytes for a batch of `clips`.
    pub fn bytes(&self, clips: usize) -> usize {
        clips * (self.kept + self.passing) * BYTES
    }
}

/// The parts of an encoder that keep values for their gradients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrainedParts {
    /// Transformer layers of the network.
    pub layers: usize,
    /// How many of them, counted from the last, are trained.
    pub trained_layers: usize,
    /// Whether the parts before them are trained.
    pub convolutions: bool,
}

impl CnnLstmConfig {
    /// Estimate what training keeps for one clip of `bands` × `frames`.
    pub fn activations(&self, bands: usize, frames: usize) -> Activations {
        let (mut bands, mut channels) = (bands, 1);
        let (mut steps, mut kept) = (frames, bands * frames);
        let mut passing = 0;
        for block in &self.conv {
            if block.bands.is_none() {
                (bands, channels) = (1, bands * channels);
            }
            // The padded input and the convolution. Its gradient exists only for a moment.
            let convolved = steps * bands * block.channels;
            kept += steps * bands * channels + convolved;
            passing = passing.max(convolved);
            steps /= block.pool.max(1);
            bands /= block.bands.as_ref().map_or(1, |over| over.pool.max(1));
            channels = block.channels;
            // The output, and which position of its pool each value comes from.
            kept += 2 * steps * bands * channels;
        }
        let directions = if self.lstm.bidirectional { 2 } else { 1 };
        // For each step: four gates, the cell state, the hidden state, dropout and its mask.
        kept += self.lstm.layers * directions * steps * self.lstm.units * (4 + 4);
        Activations {
            kept,
            passing: passing.max(steps * self.lstm.units * 4),
        }
    }
}

impl EncoderConfig {
    /// Estimate what training keeps for one clip of `frames` (samples, if the input is a waveform).
    pub fn activations(&self, frames: usize, parts: TrainedParts) -> Activations {
        let front = match self.sizes() {
            Sizes::Waveform(config) => convolutions(config, frames),
            Sizes::LogMel(config) => stem(config, frames),
        };
        // The bias of every score, before and behind its gate.
        let biased = usize::from(matches!(self, Self::WavLm(_)));
        let (width, heads, intermediate) = self.layer_sizes();
        let steps = self.steps(frames);
        let scores = heads * steps * steps;
        let frozen = parts.layers.saturating_sub(parts.trained_layers);
        let states = (parts.layers + 1) * steps * width;
        // Norms, query, key, value, attended values, projections, residual sums, dropout masks; the
        // inner layer of the feed-forward network, its activation, its dropout.
        let layer = steps * (14 * width + 3 * intermediate) + (2 + 2 * biased) * scores;
        let passing_layer = steps * (4 * width + 2 * intermediate) + (1 + biased) * scores;
        Activations {
            kept: states
                + (parts.layers - frozen) * layer
                + if parts.convolutions { front.kept } else { 0 },
            passing: front.passing.max(passing_layer),
        }
    }

    /// Return the width, the number of heads and the inner width of the feed-forward networks.
    fn layer_sizes(&self) -> (usize, usize, usize) {
        match self.sizes() {
            Sizes::Waveform(config) => (
                config.hidden_size,
                config.num_attention_heads,
                config.intermediate_size,
            ),
            Sizes::LogMel(config) => (
                config.d_model,
                config.encoder_attention_heads,
                config.encoder_ffn_dim,
            ),
        }
    }
}

/// The convolutions over a waveform, the projection and the positions.
fn convolutions(config: &Wav2Vec2Config, samples: usize) -> Activations {
    let mut own = Activations::default();
    let (mut inputs, mut steps) = (samples, samples.max(config.receptive_field()));
    for [channels, kernel, stride] in config.convolutions() {
        steps = (steps - kernel) / stride + 1;
        let outputs = steps * channels;
        // The results of the convolution, of its norm and of the activation.
        own.kept += 3 * outputs;
        own.passing = own.passing.max(inputs + 2 * outputs);
        inputs = outputs;
    }
    own.kept += 6 * steps * config.hidden_size;
    own
}

/// Whisper's two convolutions.
fn stem(config: &WhisperConfig, frames: usize) -> Activations {
    let outputs = frames * config.d_model;
    Activations {
        kept: frames * config.num_mel_bins + 4 * outputs,
        passing: 3 * outputs,
    }
}
