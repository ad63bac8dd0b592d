//! Gradients, dropout and freezing of encoders.

mod encoders;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Gradients, Tensor};
use encoders::{Reference, values_of};
use undertone_models::{Batch, Encoder, EncoderConfig};

/// The paths of all parameters that have a gradient, and of those that have none.
struct Reached<'a> {
    gradients: &'a Gradients,
    path: Vec<String>,
    reached: Vec<String>,
    others: Vec<String>,
}

impl ModuleVisitor for Reached<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let path = self.path.join(".");
        match param.val().grad(self.gradients) {
            Some(gradient) => {
                assert!(
                    values_of(&gradient).iter().all(|value| value.is_finite()),
                    "{path}"
                );
                self.reached.push(path);
            }
            None => self.others.push(path),
        }
    }
}

/// Without dropout, so that results can be compared.
fn without_dropout(config: &EncoderConfig) -> EncoderConfig {
    let mut config = config.clone();
    if let EncoderConfig::Wav2Vec2(sizes) | EncoderConfig::Hubert(sizes) = &mut config {
        sizes.hidden_dropout = 0.0;
        sizes.activation_dropout = 0.0;
        sizes.attention_dropout = 0.0;
    }
    config
}

fn load(reference: &Reference, config: &EncoderConfig, device: &Device) -> Encoder {
    Encoder::load(config, None, &reference.checkpoint, device).unwrap()
}

fn on(batch: Batch, device: &Device) -> Batch {
    Batch {
        values: Tensor::from_data(batch.values.into_data(), device),
        ..batch
    }
}

fn reached(name: &str, prepare: impl Fn(Encoder) -> Encoder) -> (Vec<String>, Vec<String>) {
    let device = Device::flex().autodiff();
    let reference = Reference::open(name);
    let encoder = prepare(load(&reference, &reference.config, &device));
    let readout = encoders::readout(&reference.head, &reference.checkpoint, &device).unwrap();
    let hidden = encoder.hidden_states(&on(reference.batch(), &device));
    let gradients = readout.forward(&hidden).square().sum().backward();
    let mut found = Reached {
        gradients: &gradients,
        path: Vec::new(),
        reached: Vec::new(),
        others: Vec::new(),
    };
    encoder.visit(&mut found);
    (found.reached, found.others)
}

#[test]
fn gradients_reach_every_parameter() {
    for name in encoders::ALL {
        let (_, others) = reached(name, |encoder| encoder);
        let expected: &[&str] = if name.starts_with("whisper") {
            &["Whisper.embed_positions.weight"]
        } else {
            &[]
        };
        assert_eq!(others, expected, "{name}");
    }
}

#[test]
fn only_the_last_layers_are_trained() {
    for (name, norm, parameters) in [
        ("wav2vec2-base", false, 16),
        ("wav2vec2-stable", true, 16),
        ("wavlm-large", true, 19),
        ("data2vec-audio", false, 16),
        ("whisper", true, 15),
    ] {
        let (reached, _) = reached(name, |encoder| encoder.train_last(1));
        let is_last = |path: &String| path.contains(".layers.1.");
        let is_norm = |path: &String| {
            path.contains("2.encoder.layer_norm.") || path.contains("Whisper.layer_norm.")
        };
        assert_eq!(
            reached.iter().filter(|path| is_last(path)).count(),
            parameters
        );
        assert_eq!(
            reached.iter().filter(|path| is_norm(path)).count(),
            if norm { 2 } else { 0 },
            "{name}"
        );
        assert!(
            reached.iter().all(|path| is_last(path) || is_norm(path)),
            "{name}: {reached:?}"
        );
    }
}

#[test]
fn frozen_features_leave_the_transformer_trainable() {
    let (reached, others) = reached("hubert-large", Encoder::freeze_features);
    assert!(
        others.iter().all(|path| !path.contains("encoder.layers")),
        "{others:?}"
    );
    assert!(others.iter().any(|path| path.contains("conv_layers")));
    assert!(reached.iter().all(|path| path.contains("encoder.layer")));
}

#[test]
fn training_without_dropout_computes_as_inference_does() {
    let (device, training) = (Device::flex(), Device::flex().autodiff());
    let reference = Reference::open("wav2vec2-base");
    let last = |config: &EncoderConfig, device: &Device| {
        let encoder = load(&reference, config, device);
        let hidden = encoder.hidden_states(&on(reference.lone(0), device));
        values_of(&hidden.states[2])
    };
    let inferred = last(&reference.config, &device);
    let trained = last(&without_dropout(&reference.config), &training);
    let dropped = last(&reference.config, &training);
    let difference = |other: &[f32]| {
        let differences = inferred.iter().zip(other).map(|(a, b)| (a - b).abs());
        differences.fold(0.0, f32::max)
    };
    assert!(difference(&trained) < 1e-5);
    assert!(difference(&dropped) > 1e-2);
}

#[test]
fn an_encoder_without_a_checkpoint_is_random_and_finite() {
    let reference = Reference::open("whisper");
    let encoder = Encoder::random(&reference.config, Some(1), &Device::flex()).unwrap();
    let hidden = encoder.hidden_states(&reference.batch());
    assert_eq!(hidden.states.len(), 2);
    assert!(
        values_of(&hidden.states[1])
            .iter()
            .all(|value| value.is_finite())
    );
}
