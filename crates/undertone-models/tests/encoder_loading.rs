//! Loading encoders from checkpoints, and the errors for checkpoints that do not fit.

mod encoders;

use std::collections::BTreeMap;
use std::path::Path;

use burn::tensor::Device;
use encoders::{ALL, Reference, values_of, whole_difference};
use undertone_models::{
    Checkpoint, CheckpointError, Encoder, EncoderError, FloatType, HeadLayout, NamedTensor,
    write_safetensors,
};

type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

fn tensors_of(checkpoint: &Checkpoint) -> Tensors {
    let entry = |name: &str| {
        let shape = checkpoint.shape(name).unwrap().to_vec();
        (name.to_owned(), (shape, checkpoint.read(name).unwrap()))
    };
    checkpoint.names().map(entry).collect()
}

fn write(folder: &Path, tensors: &Tensors) -> Checkpoint {
    let tensors: Vec<NamedTensor> = tensors
        .iter()
        .map(|(name, (shape, values))| {
            let values = values.clone();
            NamedTensor::new(name.clone(), shape.clone(), move || values.clone())
        })
        .collect();
    let typed: Vec<_> = tensors.iter().map(|it| (it, FloatType::F32)).collect();
    write_safetensors(&folder.join("model.safetensors"), &typed).unwrap();
    Checkpoint::open(folder).unwrap()
}

fn mismatch(reference: &Reference, tensors: &Tensors) -> String {
    let folder = tempfile::tempdir().unwrap();
    let checkpoint = write(folder.path(), tensors);
    let error = Encoder::load(&reference.config, None, &checkpoint, &Device::flex()).unwrap_err();
    assert!(
        matches!(
            error,
            EncoderError::Checkpoint(CheckpointError::Mismatch { .. })
        ),
        "{error}"
    );
    error.to_string()
}

#[test]
fn writing_an_encoder_that_was_read_keeps_its_tensors() {
    let device = Device::flex();
    for name in ALL {
        let reference = Reference::open(name);
        let encoder =
            Encoder::load(&reference.config, None, &reference.checkpoint, &device).unwrap();
        let readout = encoders::readout(&reference.head, &reference.checkpoint, &device).unwrap();
        let mut tensors = encoder.to_tensors(&reference.config);
        // A head with other names is written with the names of transformers.
        if reference.head.layout == HeadLayout::Projector {
            tensors.extend(readout.to_tensors());
        }
        let tensors: Vec<_> = tensors
            .iter()
            .map(|tensor| (tensor, FloatType::F32))
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        write_safetensors(&path, &tensors).unwrap();

        let new_name = |old: String| {
            old.replace("conv.weight_g", "conv.parametrizations.weight.original0")
                .replace("conv.weight_v", "conv.parametrizations.weight.original1")
        };
        let read: Tensors = tensors_of(&reference.checkpoint)
            .into_iter()
            .filter(|(name, _)| !name.ends_with("masked_spec_embed"))
            .filter(|(name, _)| !name.starts_with("classifier.dense"))
            .filter(|(name, _)| !name.starts_with("classifier.out"))
            .map(|(name, tensor)| (new_name(name), tensor))
            .collect();
        let written = tensors_of(&Checkpoint::open(folder.path()).unwrap());
        assert_eq!(
            written.keys().collect::<Vec<_>>(),
            read.keys().collect::<Vec<_>>()
        );
        for (tensor, (shape, values)) in &read {
            assert_eq!(&written[tensor].0, shape, "{name}: {tensor}");
            // The direction of a normalized weight has any length.
            if !tensor.ends_with("original1") {
                let close = |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-6 * b.abs();
                assert!(
                    written[tensor].1.iter().zip(values).all(close),
                    "{name}: {tensor}"
                );
            }
        }
        let again = Checkpoint::open(folder.path()).unwrap();
        let again = Encoder::load(&reference.config, None, &again, &device).unwrap();
        let before = encoder.hidden_states(&reference.batch());
        let after = again.hidden_states(&reference.batch());
        for (before, after) in before.states.iter().zip(&after.states) {
            let before = (before.dims().to_vec(), values_of(before));
            assert!(whole_difference(after, &before) < 1e-5, "{name}");
        }
    }
}

#[test]
fn names_may_have_any_known_prefix() {
    for (name, own, prefixes) in [
        ("wav2vec2-base", "wav2vec2.", ["", "model.", "hubert."]),
        ("whisper", "encoder.", ["", "model.", "model.encoder."]),
    ] {
        let reference = Reference::open(name);
        let tensors = tensors_of(&reference.checkpoint);
        for prefix in prefixes {
            let renamed = tensors
                .iter()
                .filter_map(|(name, tensor)| {
                    let rest = name.strip_prefix(own)?;
                    Some((format!("{prefix}{rest}"), tensor.clone()))
                })
                .collect();
            let folder = tempfile::tempdir().unwrap();
            let checkpoint = write(folder.path(), &renamed);
            Encoder::load(&reference.config, None, &checkpoint, &Device::flex())
                .unwrap_or_else(|error| panic!("{prefix}: {error}"));
        }
    }
}

#[test]
fn the_error_names_every_tensor_that_is_missing_or_of_another_shape() {
    let reference = Reference::open("wav2vec2-stable");
    let mut tensors = tensors_of(&reference.checkpoint);
    let key = "wav2vec2.encoder.layers.1.attention.k_proj.weight";
    tensors.remove(key).unwrap();
    let norm = "wav2vec2.encoder.layer_norm.bias";
    tensors.insert(norm.to_owned(), (vec![31], vec![0.0; 31]));
    let factor = "wav2vec2.encoder.pos_conv_embed.conv.parametrizations.weight.original0";
    tensors.insert(factor.to_owned(), (vec![9, 1, 1], vec![1.0; 9]));
    let told = mismatch(&reference, &tensors);
    for expected in [
        format!("missing tensor `{key}` of shape [32, 32]"),
        format!("tensor `{norm}` has shape [31], expected [32]"),
        format!("tensor `{factor}` has shape [9, 1, 1], expected [1, 1, 9]"),
        "model.safetensors".to_owned(),
    ] {
        assert!(told.contains(&expected), "{told}");
    }
    assert_eq!(told.lines().count(), 4, "{told}");
}

#[test]
fn a_normalized_weight_needs_both_factors() {
    let reference = Reference::open("wav2vec2-base");
    let mut tensors = tensors_of(&reference.checkpoint);
    tensors
        .remove("wav2vec2.encoder.pos_conv_embed.conv.parametrizations.weight.original1")
        .unwrap();
    let told = mismatch(&reference, &tensors);
    assert!(
        told.contains("missing tensor `wav2vec2.encoder.pos_conv_embed.conv.weight`"),
        "{told}"
    );
}

#[test]
fn the_error_for_another_models_checkpoint_is_short() {
    let whisper = Reference::open("whisper");
    let told = mismatch(
        &Reference::open("wav2vec2-base"),
        &tensors_of(&whisper.checkpoint),
    );
    assert!(
        told.contains("missing tensor `feature_extractor.conv_layers.0.conv.weight`"),
        "{told}"
    );
    assert!(told.contains("and ") && told.lines().count() < 25, "{told}");
}

#[test]
fn a_checkpoint_may_lack_layers_that_are_not_loaded() {
    let reference = Reference::open("whisper");
    let mut tensors = tensors_of(&reference.checkpoint);
    tensors
        .retain(|name, _| !name.contains("layers.1.") && !name.starts_with("encoder.layer_norm"));
    let folder = tempfile::tempdir().unwrap();
    let checkpoint = write(folder.path(), &tensors);
    let device = Device::flex();
    Encoder::load(&reference.config, Some(1), &checkpoint, &device).unwrap();
    let error = Encoder::load(&reference.config, Some(3), &checkpoint, &device).unwrap_err();
    assert_eq!(
        error.to_string(),
        "3 layers are wanted of an encoder that has 2"
    );
}

#[test]
fn a_head_without_its_layer_weights_is_an_error() {
    let reference = Reference::open("hubert-base");
    let mut tensors = tensors_of(&reference.checkpoint);
    tensors.remove("layer_weights").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let checkpoint = write(folder.path(), &tensors);
    let error = encoders::readout(&reference.head, &checkpoint, &Device::flex()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("missing tensor `layer_weights` of shape [3]"),
        "{error}"
    );
}
