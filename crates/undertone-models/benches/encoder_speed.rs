//! Time an encoder, for `bench/encoders.py`:
//! `encoder_speed CONFIG.json LAYERS CLIPS FRAMES forward|int8|train [LAST]`
//!
//! Weights and inputs are random. For each line on the standard input, the program computes once
//! and writes how many milliseconds that took. `int8` is `forward` with 8-bit integers, `train` one
//! step of AdamW on the LAST layers.

use std::error::Error;
use std::io::{BufRead, Write};
use std::time::Instant;

use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::{Device, Distribution, Tensor};
use undertone_models::{Batch, Encoder, EncoderConfig};

fn main() -> Result<(), Box<dyn Error>> {
    undertone_audio::keep_freed_memory();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [config, layers, clips, frames, mode, last @ ..] = arguments.as_slice() else {
        return Err(
            "usage: encoder_speed CONFIG.json LAYERS CLIPS FRAMES forward|int8|train [LAST]".into(),
        );
    };
    let (layers, clips, frames) = (layers.parse()?, clips.parse()?, frames.parse()?);
    let config = EncoderConfig::from_json(&std::fs::read(config)?)?;
    let training = match mode.as_str() {
        "forward" | "int8" => false,
        "train" => true,
        other => return Err(format!("unknown mode `{other}`").into()),
    };
    let mut device = Device::flex();
    if training {
        device = device.autodiff();
    }
    let mut encoder = Encoder::random(&config, Some(layers), &device)?;
    if training {
        let last = last.first().ok_or("LAST is missing")?.parse()?;
        encoder = encoder.train_last(last).frozen_for_inference();
    } else {
        encoder = encoder.for_inference();
    }
    if mode == "int8" {
        encoder = encoder.in_int8().ok_or("no int8")?;
    }
    let mut optimizer = AdamWConfig::new().init();
    let normal = Distribution::Normal(0.0, 1.0);
    let batch = Batch {
        values: Tensor::random([clips, config.bands(), frames], normal, &device),
        lengths: vec![frames; clips],
    };
    let mut answers = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        line?;
        let start = Instant::now();
        let states = encoder.hidden_states(&batch).states;
        let last = states.last().ok_or("no states")?.clone();
        if training {
            let gradients = GradientsParams::from_grads(last.square().mean().backward(), &encoder);
            encoder = optimizer.step(1e-5, encoder, gradients);
        }
        writeln!(answers, "{:.3}", start.elapsed().as_secs_f64() * 1e3)?;
        answers.flush()?;
    }
    Ok(())
}
