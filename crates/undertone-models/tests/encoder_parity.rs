//! Our encoders and heads against `transformers` with the same weights. The checkpoints and
//! reference values were made by `tests/data/encoders/make.py`.

mod encoders;

use burn::tensor::Device;
use encoders::{Reference, own_difference, whole_difference};
use undertone_models::{ClassifierHeadConfig, Encoder, HiddenStates};

const TOLERANCE: f32 = 1e-4;

fn assert_states_equal(hidden: &HiddenStates, reference: &Reference, prefix: &str, what: &str) {
    let expected = reference.states(prefix);
    assert_eq!(hidden.states.len(), expected.len(), "{what}: states");
    for (index, (states, expected)) in hidden.states.iter().zip(&expected).enumerate() {
        let difference = own_difference(states, expected, &hidden.lengths);
        assert!(
            difference < TOLERANCE,
            "{what}: state {index} is off by {difference}"
        );
    }
}

/// Hidden states and logits of every clip alone, and of all together.
fn check(name: &str) {
    let device = Device::flex();
    let mut reference = Reference::open(name);
    let encoder = Encoder::load(&reference.config, None, &reference.checkpoint, &device).unwrap();
    let together = encoder.hidden_states(&reference.batch());
    for clip in 0..reference.clips() {
        let what = format!("{name}, clip {clip} alone");
        let lone = encoder.hidden_states(&reference.lone(clip));
        assert_states_equal(&lone, &reference, &format!("lone.{clip}"), &what);
        assert_eq!(lone.lengths, [together.lengths[clip]], "{what}: steps");
        let within = HiddenStates {
            states: together
                .states
                .iter()
                .map(|states| states.clone().narrow(0, clip, 1))
                .collect(),
            lengths: lone.lengths.clone(),
        };
        let what = format!("{name}, clip {clip} among others");
        assert_states_equal(&within, &reference, &format!("lone.{clip}"), &what);
    }
    if reference.has("padded.logits") {
        assert_states_equal(&together, &reference, "padded", &format!("{name}, padded"));
    }

    for (weighted, logits) in [(false, "logits"), (true, "logits_weighted")] {
        if !reference.has(&format!("lone.0.{logits}")) {
            continue;
        }
        let config = ClassifierHeadConfig {
            use_weighted_layer_sum: weighted,
            ..reference.head.clone()
        };
        let readout = encoders::readout(&config, &reference.checkpoint, &device).unwrap();
        let found = readout.forward(&together);
        for clip in 0..reference.clips() {
            let expected = reference.take(&format!("lone.{clip}.{logits}"));
            let difference = whole_difference(&found.clone().narrow(0, clip, 1), &expected);
            assert!(
                difference < TOLERANCE,
                "{name}, {logits} of clip {clip}: {difference}"
            );
        }
    }
}

#[test]
fn wav2vec2_base() {
    check("wav2vec2-base");
}

#[test]
fn wav2vec2_with_stable_layer_norm() {
    check("wav2vec2-stable");
}

#[test]
fn hubert_base() {
    check("hubert-base");
}

#[test]
fn hubert_large() {
    check("hubert-large");
}

#[test]
fn wavlm_base() {
    check("wavlm-base");
}

#[test]
fn wavlm_large() {
    check("wavlm-large");
}

#[test]
fn data2vec_audio() {
    check("data2vec-audio");
}

#[test]
fn hubert_in_the_layout_of_superb() {
    check("superb");
}

#[test]
fn a_head_with_other_names() {
    check("dense-head");
}

#[test]
fn a_head_of_dimensions() {
    check("dimensions");
}

#[test]
fn whisper_with_128_bands() {
    check("whisper-128");
}

#[test]
fn whisper() {
    check("whisper");
}

#[test]
fn the_first_layers_have_the_states_of_the_whole_encoder() {
    let device = Device::flex();
    for name in [
        "wav2vec2-base",
        "wav2vec2-stable",
        "hubert-large",
        "wavlm-large",
        "data2vec-audio",
        "whisper",
    ] {
        let reference = Reference::open(name);
        for layers in [0, 1] {
            let encoder = Encoder::load(
                &reference.config,
                Some(layers),
                &reference.checkpoint,
                &device,
            )
            .unwrap();
            let hidden = encoder.hidden_states(&reference.lone(0));
            assert_eq!(hidden.states.len(), layers + 1, "{name}");
            for (index, states) in hidden.states.iter().enumerate() {
                let expected = &reference.states("lone.0")[index];
                let difference = own_difference(states, expected, &hidden.lengths);
                assert!(
                    difference < TOLERANCE,
                    "{name}: state {index} is off by {difference}"
                );
            }
        }
    }
}
