//! Time the network of a model, for `bench/network_speed.py`: `network_speed MODEL CLIPS FRAMES`
//!
//! MODEL is a model's folder. The features are random. For each line on the standard input, the
//! program computes the scores of a batch once and writes how many milliseconds that took.

use std::error::Error;
use std::io::{BufRead, Write};
use std::path::Path;
use std::time::Instant;

use burn::module::Module;
use burn::tensor::{Device, Distribution, Tensor};
use undertone_audio::FrontEnd;
use undertone_models::{Batch, Model};

fn main() -> Result<(), Box<dyn Error>> {
    undertone_audio::keep_freed_memory();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, clips, frames] = arguments.as_slice() else {
        return Err("usage: network_speed MODEL CLIPS FRAMES".into());
    };
    let (clips, frames) = (clips.parse()?, frames.parse()?);
    let device = Device::flex();
    let model = Model::load(Path::new(folder), &device)?;
    let bands = FrontEnd::new(model.config.front_end)?.bands();
    let network = model.network.valid();
    let values = Tensor::random(
        [clips, bands, frames],
        Distribution::Normal(0.0, 1.0),
        &device,
    );
    let batch = Batch {
        values,
        lengths: vec![frames; clips],
    };
    let mut answers = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        line?;
        let start = Instant::now();
        let scores = network.forward(&batch).into_data();
        writeln!(answers, "{:.3}", start.elapsed().as_secs_f64() * 1e3)?;
        answers.flush()?;
        drop(scores);
    }
    Ok(())
}
