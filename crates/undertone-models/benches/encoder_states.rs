//! Compute the hidden states of a pretrained encoder, and the logits of its head if it has one, for
//! `bench/encoder_parity.py`:
//! `encoder_states FOLDER INPUT.safetensors OUTPUT.safetensors [COPY]`
//!
//! The input holds `values`, `[clips, bands, frames]`, and `lengths`, `[clips]`. The output holds
//! `states.0` and so on, `[clips, steps, width]`, `lengths`, and `logits`, `[clips, labels]`. With
//! a COPY, the model is written into that folder in the layout of `transformers`.

use std::error::Error;
use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor, TensorData};
use undertone_models::{
    Batch, Checkpoint, ClassifierHeadConfig, Encoder, EncoderConfig, FloatType, PretrainedConfig,
    Readout, Weights, write_safetensors,
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [folder, input, output, copy @ ..] = arguments.as_slice() else {
        return Err("usage: encoder_states FOLDER INPUT OUTPUT [COPY]".into());
    };
    let device = Device::flex();
    let json = std::fs::read(folder.join("config.json"))?;
    let config = EncoderConfig::from_json(&json)?;
    let checkpoint = Checkpoint::open(folder)?;
    let encoder = Encoder::load(&config, None, &checkpoint, &device)?;

    let hidden = encoder.hidden_states(&read(input, &device)?);
    let mut found = Weights::default();
    let mut insert = |name: &str, shape: &[usize], data: TensorData| {
        found.insert(name, shape, data.iter::<f32>().collect());
    };
    for (index, states) in hidden.states.iter().enumerate() {
        insert(&format!("states.{index}"), &states.dims(), states.to_data());
    }
    if let Ok(sizes) = ClassifierHeadConfig::from_json(&json, &config) {
        let sizes = sizes.as_stored(|name| checkpoint.shape(name).is_some())?;
        let stock = PretrainedConfig::stock(String::new(), &sizes);
        let widths = (sizes.states - 1, sizes.width);
        let readout = Readout::random(&stock, widths, sizes.labels.len(), &device)?;
        let readout = readout.filled(&checkpoint, sizes.layout)?;
        let logits = readout.forward(&hidden);
        insert("logits", &logits.dims(), logits.into_data());
        if let Some(copy) = copy.first() {
            let mut tensors = encoder.to_tensors(&config);
            tensors.extend(readout.to_tensors());
            let tensors: Vec<_> = tensors
                .iter()
                .map(|tensor| (tensor, FloatType::F32))
                .collect();
            std::fs::write(copy.join("config.json"), config.to_json(&sizes)?)?;
            write_safetensors(&copy.join("model.safetensors"), &tensors)?;
        }
    }
    let lengths: Vec<f32> = hidden.lengths.iter().map(|steps| *steps as f32).collect();
    found.insert("lengths", &[lengths.len()], lengths);
    std::fs::write(output, found.to_bytes()?)?;
    Ok(())
}

fn read(path: &Path, device: &Device) -> Result<Batch, Box<dyn Error>> {
    let mut tensors = Weights::from_bytes(&std::fs::read(path)?)?;
    let (shape, values) = tensors.take("values").ok_or("no `values`")?;
    let (_, lengths) = tensors.take("lengths").ok_or("no `lengths`")?;
    Ok(Batch {
        values: Tensor::from_data(TensorData::new(values, shape), device),
        lengths: lengths.iter().map(|frames| *frames as usize).collect(),
    })
}
