//! Encoders for inference against the same encoders made of operations of Burn.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Distribution, Gradients, Tensor};
use undertone_models::{
    Batch, Checkpoint, Encoder, EncoderConfig, FloatType, HiddenStates, Weights, write_safetensors,
};

const WHISPER: &str = r#"{"model_type": "whisper", "d_model": 96, "encoder_layers": 3,
    "encoder_attention_heads": 3, "encoder_ffn_dim": 100, "num_mel_bins": 80,
    "max_source_positions": 100}"#;

fn wav2vec2(is_pre_norm: bool) -> String {
    format!(
        r#"{{"model_type": "wav2vec2", "hidden_size": 64, "num_hidden_layers": 2,
        "num_attention_heads": 2, "intermediate_size": 92, "conv_dim": [16, 16],
        "conv_kernel": [10, 3], "conv_stride": [5, 2], "num_feat_extract_layers": 2,
        "num_conv_pos_embeddings": 8, "num_conv_pos_embedding_groups": 4,
        "feat_extract_norm": "layer", "do_stable_layer_norm": {is_pre_norm}}}"#
    )
}

/// Whether the processor has the instructions of the kernels.
fn has_kernels() -> bool {
    #[cfg(target_arch = "x86_64")]
    let has = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    let has = false;
    has
}

/// The encoder made of operations of Burn, the same for inference, and clips of three lengths, of
/// which one has a step more than whole panels and blocks have.
fn encoders(config: &str) -> (Encoder, Encoder, Batch) {
    let device = Device::flex();
    let config = EncoderConfig::from_json(config.as_bytes()).unwrap();
    let encoder = Encoder::random(&config, None, &device).unwrap();
    // Random values are drawn when they are first used: this draws them.
    let whisper = config.bands() > 1;
    let lengths = match whisper {
        true => vec![131, 2, 64],
        false => vec![1500, 400, 1000],
    };
    let normal = Distribution::Normal(0.0, 1.0);
    let batch = Batch {
        values: Tensor::random([3, config.bands(), lengths[0]], normal, &device),
        lengths,
    };
    encoder.hidden_states(&batch);
    let inference = encoder.clone().for_inference();
    (encoder, inference, batch)
}

fn lone(batch: &Batch, clip: usize) -> Batch {
    Batch {
        values: batch.values.clone().narrow(0, clip, 1),
        lengths: vec![batch.lengths[clip]],
    }
}

/// The own steps of a clip in each state.
fn own(hidden: &HiddenStates, clip: usize) -> Vec<Vec<f32>> {
    let states = hidden.states.iter();
    let own = states.map(|state| {
        let own = state.clone().narrow(0, clip, 1);
        own.narrow(1, 0, hidden.lengths[clip])
    });
    own.map(|own| own.into_data().iter::<f32>().collect())
        .collect()
}

/// The norm of the difference over the norm.
fn relative_difference(ours: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(ours.len(), expected.len());
    let squares = |values: &mut dyn Iterator<Item = f32>| values.map(|it| it * it).sum::<f32>();
    let difference = squares(&mut ours.iter().zip(expected).map(|(a, b)| a - b));
    (difference / squares(&mut expected.iter().copied())).sqrt()
}

fn check(config: &str) {
    let (encoder, inference, batch) = encoders(config);
    let expected = encoder.hidden_states(&batch);
    let ours = inference.hidden_states(&batch);
    assert_eq!(ours.lengths, expected.lengths);
    for clip in 0..3 {
        let expected = own(&expected, clip);
        let together = own(&ours, clip);
        assert_eq!(together.len(), expected.len());
        for (state, (ours, expected)) in together.iter().zip(&expected).enumerate() {
            let difference = relative_difference(ours, expected);
            assert!(
                difference < 1e-5,
                "state {state} of clip {clip} is off by {difference}"
            );
        }
        let alone = inference.hidden_states(&lone(&batch, clip));
        assert_eq!(own(&alone, 0), together, "clip {clip} alone and in a batch");
    }
    // A task of the thread pool keeps to its core.
    let in_a_task = rayon::scope(|_| inference.hidden_states(&batch));
    assert_eq!(own(&in_a_task, 1), own(&ours, 1));

    let int8 = inference.in_int8();
    assert_eq!(int8.is_some(), has_kernels());
    if let Some(int8) = int8 {
        let rounded = int8.hidden_states(&batch);
        assert_ne!(own(&rounded, 0), own(&ours, 0), "nothing was rounded");
        for clip in 0..3 {
            let states = own(&rounded, clip).into_iter().zip(own(&ours, clip));
            for (rounded, exact) in states {
                let difference = relative_difference(&rounded, &exact);
                assert!(difference < 0.05, "int8 is off by {difference}");
            }
            let alone = int8.hidden_states(&lone(&batch, clip));
            assert_eq!(
                own(&alone, 0),
                own(&rounded, clip),
                "int8, clip {clip} alone"
            );
        }
    }
}

#[test]
fn whisper_has_the_states_of_burns_operations() {
    check(WHISPER);
}

#[test]
fn wav2vec2_has_the_states_of_burns_operations() {
    check(&wav2vec2(false));
    check(&wav2vec2(true));
}

/// The gradients of all parameters that have one, one after another.
fn gradients(encoder: &Encoder, of: &Tensor<1>) -> Vec<f32> {
    struct All {
        gradients: Gradients,
        values: Vec<f32>,
    }
    impl ModuleVisitor for All {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if let Some(gradient) = param.val().grad(&self.gradients) {
                self.values.extend(gradient.into_data().iter::<f32>());
            }
        }
    }
    let mut all = All {
        gradients: of.backward(),
        values: Vec::new(),
    };
    encoder.visit(&mut all);
    all.values
}

#[test]
fn frozen_layers_for_inference_leave_states_and_gradients() {
    let device = Device::flex().autodiff();
    let dropout = r#""hidden_dropout": 0, "attention_dropout": 0, "activation_dropout": 0, "#;
    let without_dropout = |config: String| config.replacen('{', &format!("{{{dropout}"), 1);
    for config in [WHISPER.into(), wav2vec2(false), wav2vec2(true)].map(without_dropout) {
        let (_, _, batch) = encoders(&config);
        let batch = Batch {
            values: Tensor::from_data(batch.values.into_data(), &device),
            ..batch
        };
        let config = EncoderConfig::from_json(config.as_bytes()).unwrap();
        let trained = Encoder::random(&config, None, &device).unwrap();
        let trained = trained.train_last(1);
        let run = |encoder: &Encoder| {
            let hidden = encoder.hidden_states(&batch);
            let own: Vec<_> = (0..3).flat_map(|clip| own(&hidden, clip)).collect();
            // Of the last states of all clips, their own steps only.
            let last = &hidden.states[hidden.states.len() - 1];
            let sums = (0..3).map(|clip| {
                let states = last.clone().narrow(0, clip, 1);
                states.narrow(1, 0, hidden.lengths[clip]).square().mean()
            });
            let sum = Tensor::cat(sums.collect(), 0).sum();
            (own, gradients(encoder, &sum))
        };
        let (states, expected) = run(&trained);
        let faster = trained.clone().frozen_for_inference();
        let (ours, gradients) = run(&faster);
        assert_eq!(states != ours, has_kernels(), "kernels");
        assert_eq!(faster.copied_bytes() > 0, has_kernels());
        assert_eq!(trained.copied_bytes(), 0);
        for (ours, states) in ours.iter().zip(&states) {
            assert!(relative_difference(ours, states) < 1e-5);
        }
        assert!(relative_difference(&gradients, &expected) < 1e-4);
        assert!(faster.clone().in_int8().is_none());
        // All weights are there, and so is a network for inference.
        let [before, after] = [&trained, &faster].map(|it| Weights::of(it).to_bytes().unwrap());
        assert!(before == after, "weights");
        let inference = [trained, faster].map(|it| {
            let hidden = it.valid().for_inference().hidden_states(&batch);
            own(&hidden, 0)
        });
        assert!(inference[0] == inference[1]);
    }
}

#[test]
fn narrow_heads_have_no_int8() {
    let config = WHISPER.replace(
        "\"encoder_attention_heads\": 3",
        "\"encoder_attention_heads\": 6",
    );
    let (encoder, inference, batch) = encoders(&config);
    let expected = own(&encoder.hidden_states(&batch), 0);
    assert_eq!(own(&inference.hidden_states(&batch), 0), expected);
    assert!(inference.in_int8().is_none());
}

/// Reading weights for inference gives the same bits as reading them first, and the same error.
#[test]
fn weights_can_be_read_in_the_order_of_inference() {
    let device = Device::flex();
    let narrow_heads = WHISPER.replace("heads\": 3", "heads\": 6");
    for text in [WHISPER, &wav2vec2(false), &wav2vec2(true), &narrow_heads] {
        let (encoder, _, batch) = encoders(text);
        let config = EncoderConfig::from_json(text.as_bytes()).unwrap();
        let tensors = encoder.to_tensors(&config);
        for float_type in [FloatType::F16, FloatType::F32] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("model.safetensors");
            let typed: Vec<_> = tensors.iter().map(|it| (it, float_type)).collect();
            write_safetensors(&path, &typed).unwrap();
            let load = |for_inference: bool| {
                let checkpoint = Checkpoint::open(folder.path()).unwrap();
                match for_inference {
                    true => Encoder::load_for_inference(&config, Some(2), &checkpoint, &device),
                    false => Encoder::load(&config, Some(2), &checkpoint, &device),
                }
            };
            let first = load(false).unwrap().for_inference();
            let direct = load(true).unwrap();
            let states = |encoder: &Encoder| own(&encoder.hidden_states(&batch), 0);
            assert_eq!(states(&direct), states(&first));
            let int8 = [first.in_int8(), direct.in_int8()];
            let has_int8 = has_kernels() && text != narrow_heads;
            assert!(int8.iter().all(|it| it.is_some() == has_int8));
            if let [Some(first), Some(direct)] = int8 {
                assert_eq!(states(&direct), states(&first));
            }

            let bytes = std::fs::read(&path).unwrap();
            let mut refused = 0;
            for from_end in (4..bytes.len() / 2).step_by(bytes.len() / 160 * 4) {
                let mut broken = bytes.clone();
                let start = bytes.len() - from_end;
                // Not a number in 16 bits, infinite in 32.
                broken[start..start + 4].copy_from_slice(&[0, 0, 0x80, 0x7f]);
                std::fs::write(&path, &broken).unwrap();
                match (load(false), load(true)) {
                    (Err(first), Err(direct)) => {
                        assert_eq!(direct.to_string(), first.to_string());
                        refused += 1;
                    }
                    // A tensor of a layer that is left out.
                    (Ok(_), Ok(_)) => {}
                    _ => panic!("one of the ways accepts a value that is not finite"),
                }
            }
            assert!(refused > 5, "{refused} of 20 are refused");
        }
    }
}
