//! How much memory training will take, told before it starts.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

use crate::cnn_lstm::CnnLstmConfig;
use crate::encoder::{EncoderConfig, Wav2Vec2Config, WhisperConfig};
use crate::network::Network;

const BYTES: usize = size_of::<f32>();

/// The values that autodiff keeps of one clip until its gradients are known, and the most that is
/// held beside them for a moment. Counted from the operations of the networks here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Activations {
    /// Values kept for the backward pass.
    pub kept: usize,
    /// Values of the largest step whose result alone is kept, or not even that.
    pub passing: usize,
}

impl Activations {
    /// Bytes for a batch of so many clips.
    pub fn bytes(&self, clips: usize) -> usize {
        clips * (self.kept + self.passing) * BYTES
    }
}

/// Which parts of an encoder keep values for their gradients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrainedParts {
    /// Transformer layers that were loaded.
    pub layers: usize,
    /// The last of them that are trained.
    pub trained_layers: usize,
    /// Whether what stands before them is trained.
    pub convolutions: bool,
}

/// Bytes of a network's parameters: all of them, and those that training changes.
///
/// Training holds gradients and Adam's two moments of the latter beside them, and new values while
/// they are put in place: four times as much again.
pub fn parameter_bytes(network: &Network) -> (usize, usize) {
    #[derive(Default)]
    struct Counter {
        all: usize,
        trained: usize,
    }
    impl ModuleVisitor for Counter {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let values = param.lazy_shape().num_elements();
            self.all += values;
            if param.is_require_grad() {
                self.trained += values;
            }
        }
    }
    let mut counter = Counter::default();
    network.visit(&mut counter);
    (counter.all * BYTES, counter.trained * BYTES)
}

impl CnnLstmConfig {
    /// What training keeps of one clip of `bands` × `frames`.
    pub fn activations(&self, bands: usize, frames: usize) -> Activations {
        let (mut channels, mut steps, mut kept) = (bands, frames, bands * frames);
        for block in &self.conv {
            // The padded input, then convolution, norm (twice), ReLU, dropout and its mask.
            kept += steps * (channels + 6 * block.channels);
            steps /= block.pool.max(1);
            channels = block.channels;
        }
        let directions = if self.lstm.bidirectional { 2 } else { 1 };
        // A step's projection, gates and their slices before and after their activation, and the
        // states with their products.
        kept += self.lstm.layers * directions * steps * self.lstm.units * (4 * 4 + 6);
        Activations {
            kept,
            passing: steps * self.lstm.units * 4,
        }
    }
}

impl EncoderConfig {
    /// What training keeps of one clip of so many frames (of a waveform: samples).
    pub fn activations(&self, frames: usize, parts: TrainedParts) -> Activations {
        let front = match self {
            Self::Wav2Vec2(config) | Self::Hubert(config) => convolutions(config, frames),
            Self::Whisper(config) => stem(config, frames),
        };
        let (width, heads, intermediate) = self.layer_sizes();
        let steps = self.steps(frames);
        let scores = heads * steps * steps;
        let frozen = parts.layers.saturating_sub(parts.trained_layers);
        let states = (parts.layers + 1) * steps * width;
        // Norms, query, key, value, attention's result, projections, residual sums, dropout masks;
        // expansion, its activation, its dropout.
        let layer = steps * (14 * width + 3 * intermediate) + 2 * scores;
        let passing_layer = steps * (4 * width + 2 * intermediate) + scores;
        Activations {
            kept: states
                + (parts.layers - frozen) * layer
                + if parts.convolutions { front.kept } else { 0 },
            passing: front.passing.max(passing_layer),
        }
    }

    /// Width, heads and the width between the halves of a feed-forward network.
    fn layer_sizes(&self) -> (usize, usize, usize) {
        match self {
            Self::Wav2Vec2(config) | Self::Hubert(config) => (
                config.hidden_size,
                config.num_attention_heads,
                config.intermediate_size,
            ),
            Self::Whisper(config) => (
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
        // The convolution's result, its norm's and the activation's.
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
