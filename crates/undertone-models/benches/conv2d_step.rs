//! Time a training step of a Conv2d + 2 × LSTM(128), for `bench/network_speed.py`:
//! `conv2d_step CLIPS BANDS FRAMES`
//!
//! Weights and features are random. For each line on the standard input, the program makes one step
//! of Adam and writes how many milliseconds that took.

use std::error::Error;
use std::io::{BufRead, Write};
use std::time::Instant;

use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Distribution, Int, Tensor};
use undertone_models::{BandsConfig, CnnLstmConfig, ConvConfig, LstmConfig, Pooling};

// What `undertone train` uses, which is private to its crate.
#[path = "../../undertone-lab/src/train/adam.rs"]
mod adam;

const CHANNELS: [usize; 2] = [32, 64];
const CLASSES: usize = 8;

fn network() -> CnnLstmConfig {
    let block = |channels| ConvConfig {
        channels,
        kernel_size: 3,
        pool: 2,
        bands: Some(BandsConfig {
            kernel_size: 3,
            pool: 2,
        }),
    };
    CnnLstmConfig {
        conv: CHANNELS.map(block).into(),
        batch_norm: true,
        conv_dropout: 0.0,
        lstm: LstmConfig {
            layers: 2,
            units: 128,
            dropout: 0.0,
            bidirectional: false,
        },
        pooling: Pooling::Last,
        dropout: 0.0,
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    undertone_audio::keep_freed_memory();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [clips, bands, frames] = arguments.as_slice() else {
        return Err("usage: conv2d_step CLIPS BANDS FRAMES".into());
    };
    let (clips, bands, frames) = (clips.parse()?, bands.parse()?, frames.parse()?);
    let device = Device::flex().autodiff();
    let config = network();
    config.check(bands, frames, CLASSES)?;
    let mut network = config.init(bands, CLASSES, &device);
    let mut optimizer = ModuleOptimizer::from(adam::Adam::default());
    let normal = Distribution::Normal(0.0, 1.0);
    let features = Tensor::<3>::random([clips, bands, frames], normal, &device);
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
