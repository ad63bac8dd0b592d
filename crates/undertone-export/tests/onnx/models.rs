//! Small models with random weights, and recordings for them.

use std::path::Path;

use burn::module::Module;
use burn::tensor::Device;
use serde_json::{Value, json};
use undertone_audio::{FitLength, FrontEnd};
use undertone_models::{
    BandStatistics, Head, Model, ModelConfig, Network, NetworkConfig, PretrainedConfig,
    PretrainedEncoder, Weights, join_encoders, shared_front_end,
};

/// Pseudo-random numbers from -1 to 1.
pub(crate) fn numbers(seed: u64) -> impl FnMut() -> f32 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    }
}

/// A configuration with this network, 24 bands and windows of half a second.
pub(crate) fn config(network: Value, normalize: &str, outputs: &str) -> ModelConfig {
    serde_json::from_value(json!({
        "format": 1,
        "name": "small",
        "front_end": {
            "duration": 0.5, "n_fft": 512, "n_mels": 16, "n_mfcc": 8, "normalize": normalize,
        },
        "network": network,
        "output_scheme": outputs,
        "label_scheme": "sentiment3",
        "labels": ["negative", "neutral", "positive"],
        "provenance": {
            "undertone": "0.1.0", "recipe": "small", "corpus": "RAVDESS",
            "trained_on": "protocol full, full", "speakers": ["01"], "seed": 1, "epoch": 2,
        },
    }))
    .unwrap()
}

/// A CNN+LSTM with random parameters and running statistics.
pub(crate) fn cnn_lstm(config: ModelConfig) -> Model {
    let device = Device::flex();
    let front_end = FrontEnd::new(config.front_end.clone()).unwrap();
    let network = config
        .init_network(front_end.bands(), front_end.frames(), &device)
        .unwrap();
    let mut number = numbers(7);
    let mut weights = Weights::default();
    for (name, (shape, values)) in named(&network) {
        let draw = |_: &f32| match name.ends_with("running_var") {
            true => 1.1 + number(),
            false => 0.3 * number(),
        };
        let values = values.iter().map(draw).collect();
        weights.insert(&name, &shape, values);
    }
    let statistics = matches!(
        config.front_end.normalize,
        undertone_audio::Normalize::Standardize
    )
    .then(|| BandStatistics {
        mean: (0..front_end.bands()).map(|_| 20.0 * number()).collect(),
        std: (0..front_end.bands())
            .map(|_| 11.0 + 10.0 * number())
            .collect(),
    });
    Model {
        network: weights.load_into(network).unwrap(),
        config,
        statistics,
        encoders: Vec::new(),
    }
}

/// A model with one of the small encoders of `undertone-models`' tests.
pub(crate) fn with_encoder(name: &str, network: &Value) -> Model {
    let device = Device::flex();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../undertone-models/tests/data/encoders")
        .join(name);
    let mut network = network.clone();
    network["architecture"] = json!("pretrained");
    network["pretrained"] = json!(folder.display().to_string());
    let mut config = config(network, "none", "emotion8");
    let NetworkConfig::Pretrained(options) = &config.network else {
        panic!("no encoder");
    };
    device.seed(5);
    let encoder = PretrainedEncoder::load(&folder, options, &device).unwrap();
    let network = encoder.network(options, 8, &device).unwrap();
    config.front_end = encoder.front_end(&config.front_end);
    // The small Whisper has positions for 0.48 s.
    config.front_end.duration = FitLength::Seconds(0.45);
    Model {
        config,
        network: Network::Pretrained(network),
        statistics: None,
        encoders: vec![encoder.files.clone()],
    }
}

/// A model with two of the small encoders.
pub(crate) fn with_two_encoders() -> Model {
    let device = Device::flex();
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../undertone-models/tests/data/encoders");
    let encoders = ["hubert-base", "wav2vec2-base"]
        .map(|name| json!({"pretrained": folder.join(name).display().to_string(), "states": [1]}));
    let network = json!({"architecture": "joined", "encoders": encoders});
    let mut config = config(network, "none", "emotion8");
    let NetworkConfig::Joined(options) = &config.network else {
        panic!("no encoders");
    };
    let load = |options: &PretrainedConfig| {
        PretrainedEncoder::load(Path::new(&options.pretrained), options, &device).unwrap()
    };
    let encoders: Vec<PretrainedEncoder> = options.encoders.iter().map(load).collect();
    let network = join_encoders(&encoders, options, 8, &device).unwrap();
    let mut number = numbers(3);
    let bias: Vec<f32> = (0..8).map(|_| number()).collect();
    let weight = (0..2 * 8 * encoders[0].config.width()).map(|_| number());
    let network = network.with_head(Head::linear(weight.collect(), bias, &device));
    let named = encoders.iter().map(|encoder| (encoder, "small"));
    config.front_end = shared_front_end(named, &config.front_end).unwrap();
    Model {
        config,
        network: Network::Joined(network),
        statistics: None,
        encoders: encoders.iter().map(|it| it.files.clone()).collect(),
    }
}

/// A parameter: its name, its shape and its values.
pub(crate) type Named = (String, (Vec<usize>, Vec<f32>));

/// All parameters.
pub(crate) fn named<M: Module>(module: &M) -> Vec<Named> {
    let mut weights = Weights::of(module);
    let names: Vec<String> = weights.iter().map(|(name, _)| name.to_owned()).collect();
    names
        .into_iter()
        .map(|name| {
            let tensor = weights.take(&name).unwrap();
            (name, tensor)
        })
        .collect()
}

/// A recording of this many seconds at 16 kHz: a noise that swells and fades, with silence around
/// it.
pub(crate) fn recording(seconds: f64) -> Vec<f32> {
    let mut number = numbers(3);
    let count = (seconds * 16_000.0) as usize;
    let silence = count / 5;
    (0..count)
        .map(|n| {
            let swell = (n as f32 / 3000.0).sin();
            match (silence..count - silence).contains(&n) {
                true => 0.2 * swell * number() + 0.05 * (n as f32 * 0.11).sin(),
                false => 0.0005 * number(),
            }
        })
        .collect()
}
