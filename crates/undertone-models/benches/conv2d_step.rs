//! Time a training step of a Conv2d + 2 × LSTM(128), for `bench/network_speed.py`:
//! `conv2d_step CLIPS BANDS FRAMES`
//!
//! The convolutions, batch norms and pooling are Burn's, the LSTM is ours. Weights and features are
//! random. For each line on the standard input, the program makes one step of Adam and writes how
//! many milliseconds that took.

use std::error::Error;
use std::io::{BufRead, Write};
use std::time::Instant;

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Distribution, Int, Tensor};
use undertone_models::{Lstm, LstmConfig, keep_freed_memory};

const CHANNELS: [usize; 2] = [32, 64];
const UNITS: usize = 128;
const CLASSES: usize = 8;

#[derive(Module, Debug)]
struct Block {
    convolution: Conv2d,
    norm: BatchNorm,
    pool: MaxPool2d,
}

#[derive(Module, Debug)]
struct Network {
    blocks: Vec<Block>,
    lstm: Lstm,
    output: Linear,
}

impl Network {
    fn new(bands: usize, device: &Device) -> Self {
        let mut inputs = 1;
        let blocks = CHANNELS.map(|channels| {
            let same = PaddingConfig2d::Explicit(1, 1, 1, 1);
            let convolution = Conv2dConfig::new([inputs, channels], [3, 3]).with_padding(same);
            inputs = channels;
            Block {
                convolution: convolution.init(device),
                norm: BatchNormConfig::new(channels).init(device),
                pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            }
        });
        let lstm = LstmConfig {
            layers: 2,
            units: UNITS,
            dropout: 0.0,
            bidirectional: false,
        };
        Self {
            blocks: blocks.into(),
            lstm: lstm.init(CHANNELS[1] * (bands / 4), device),
            output: LinearConfig::new(UNITS, CLASSES).init(device),
        }
    }

    /// `[batch, 1, bands, frames]` → `[batch, classes]`
    fn forward(&self, features: Tensor<4>) -> Tensor<2> {
        let mut hidden = features;
        for block in &self.blocks {
            hidden = block.norm.forward(block.convolution.forward(hidden));
            hidden = block.pool.forward(relu(hidden));
        }
        let [batch, channels, bands, frames] = hidden.dims();
        let hidden = hidden
            .reshape([batch, channels * bands, frames])
            .swap_dims(1, 2);
        let states = self.lstm.forward(hidden);
        self.output
            .forward(states.narrow(1, frames - 1, 1).squeeze_dim(1))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    keep_freed_memory();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [clips, bands, frames] = arguments.as_slice() else {
        return Err("usage: conv2d_step CLIPS BANDS FRAMES".into());
    };
    let (clips, bands, frames) = (clips.parse()?, bands.parse()?, frames.parse()?);
    let device = Device::flex().autodiff();
    let mut network = Network::new(bands, &device);
    let mut optimizer = AdamConfig::new().init();
    let normal = Distribution::Normal(0.0, 1.0);
    let features = Tensor::<4>::random([clips, 1, bands, frames], normal, &device);
    let labels: Vec<i32> = (0..clips).map(|clip| (clip % CLASSES) as i32).collect();
    let labels = Tensor::<1, Int>::from_data(labels.as_slice(), &device);
    let criterion = CrossEntropyLossConfig::new().init(&device);
    let mut answers = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        line?;
        let start = Instant::now();
        let loss = criterion.forward(network.forward(features.clone()), labels.clone());
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        network = optimizer.step(1e-3, network, gradients);
        writeln!(answers, "{:.3}", start.elapsed().as_secs_f64() * 1e3)?;
        answers.flush()?;
    }
    Ok(())
}
