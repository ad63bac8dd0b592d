//! Others' checkpoints as they are: from a recording to the answer of `transformers`. The folders
//! have the layout of published checkpoints and random weights (`tests/data/encoders/make.py`).

mod encoders;

use std::fs;
use std::path::Path;

use encoders::{PUBLISHED, Reference, folder};
use serde_json::{Value, json};
use tempfile::TempDir;
use undertone_audio::Recording;
use undertone_models::{
    Checkpoint, Classifier, FloatType, Model, ModelError, NamedTensor, PretrainedError, Regressor,
    write_safetensors,
};

const TOLERANCE: f32 = 1e-4;

fn clip(name: &str) -> (Recording, Vec<f32>) {
    let mut reference = Reference::open(name);
    let (_, samples) = reference.take("clip");
    let (_, answer) = reference.take("answer");
    (Recording::mono(samples, 16_000), answer)
}

fn assert_close(found: &[f32], expected: &[f32], name: &str) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (found, expected) in found.iter().zip(expected) {
        let difference = (found - expected).abs();
        assert!(
            difference < TOLERANCE,
            "{name}: {found}, expected {expected}"
        );
    }
}

/// Copy a folder, with some options of `config.json` changed, and without its safetensors.
fn changed(name: &str, options: Value) -> TempDir {
    let copy = TempDir::new().unwrap();
    for entry in fs::read_dir(folder(name)).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    let path = copy.path().join("config.json");
    let mut config: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let given = options.as_object().unwrap().clone();
    config.as_object_mut().unwrap().extend(given);
    fs::write(&path, config.to_string()).unwrap();
    copy
}

/// Write the tensors of a checkpoint into a folder under other names; `None` leaves one out.
fn rename(name: &str, to: &Path, new_name: impl Fn(&str) -> Option<String>) {
    let checkpoint = Checkpoint::open(&folder(name)).unwrap();
    let tensors: Vec<NamedTensor> = checkpoint
        .names()
        .filter_map(|name| {
            let shape = checkpoint.shape(name).unwrap().to_vec();
            let values = checkpoint.read(name).unwrap();
            let values = move || values.clone();
            Some(NamedTensor::new(new_name(name)?, shape, values))
        })
        .collect();
    let typed: Vec<_> = tensors.iter().map(|it| (it, FloatType::F32)).collect();
    write_safetensors(&to.join("model.safetensors"), &typed).unwrap();
}

#[test]
fn answers_are_those_of_transformers() {
    for name in PUBLISHED {
        let (recording, expected) = clip(name);
        let found = if Model::predicts_numbers(&folder(name)).unwrap() {
            let regressor = Regressor::load(folder(name)).unwrap();
            assert!(regressor.config().is_none());
            regressor.estimate(&recording).unwrap().values
        } else {
            let classifier = Classifier::load(folder(name)).unwrap();
            let prediction = classifier.classify(&recording).unwrap();
            assert_eq!(prediction.windows.len(), 1, "{name}");
            prediction.probabilities
        };
        assert_close(&found, &expected, name);
    }
}

#[test]
fn a_model_of_dimensions_names_them_and_predicts_no_classes() {
    let folder = folder("dimensions");
    let regressor = Regressor::load(&folder).unwrap();
    let names: Vec<&str> = regressor
        .dimensions()
        .iter()
        .map(|dimension| dimension.name.as_str())
        .collect();
    assert_eq!(names, ["arousal", "dominance", "valence"]);
    let told = Classifier::load(&folder).unwrap_err().to_string();
    assert!(
        told.contains("numbers (arousal, dominance, valence)"),
        "{told}"
    );
    assert!(matches!(
        Regressor::load(encoders::folder("superb")),
        Err(ModelError::NoDimensions(_))
    ));
}

#[test]
fn the_head_of_a_training_script_may_predict_classes() {
    let copy = changed("dimensions", json!({"problem_type": null}));
    let (recording, numbers) = clip("dimensions");
    let classifier = Classifier::load(copy.path()).unwrap();
    let found = classifier.classify(&recording).unwrap().probabilities;
    let sum: f32 = numbers.iter().map(|it| it.exp()).sum();
    let expected: Vec<f32> = numbers.iter().map(|it| it.exp() / sum).collect();
    assert_close(&found, &expected, "softmax");
}

#[test]
fn tensors_of_training_and_of_other_tasks_change_nothing() {
    let copy = changed("superb", json!({}));
    fs::remove_file(copy.path().join("pytorch_model.bin")).unwrap();
    let (recording, expected) = clip("superb");
    rename("superb", copy.path(), |name| Some(name.to_owned()));
    let found = Classifier::load(copy.path()).unwrap();
    assert_close(
        &found.classify(&recording).unwrap().probabilities,
        &expected,
        "safetensors",
    );
    // The weights of the sum are there, and the configuration leaves the sum out.
    let copy = changed("superb", json!({"use_weighted_layer_sum": false}));
    Classifier::load(copy.path()).unwrap();
}

#[test]
fn a_head_with_unknown_tensors_is_refused() {
    let copy = changed("superb", json!({}));
    rename("superb", copy.path(), |name| {
        Some(name.replace("hubert.masked_spec_embed", "classifier_norm.weight"))
    });
    let error = Classifier::load(copy.path()).unwrap_err();
    assert!(
        matches!(
            &error,
            ModelError::Pretrained(PretrainedError::UnknownTensors { names, .. })
                if names == &["classifier_norm.weight"]
        ),
        "{error}"
    );
    // As transformers would, which then draws the missing layers at random.
    let copy = changed("dense-head", json!({}));
    rename("dense-head", copy.path(), |name| {
        Some(name.replace("classifier.output", "classifier.last"))
    });
    let told = Classifier::load(copy.path()).unwrap_err().to_string();
    assert!(
        told.contains("missing tensor `classifier.out_proj.weight`"),
        "{told}"
    );
}

#[test]
fn a_model_of_another_kind_is_refused_by_name() {
    for (options, told) in [
        (
            json!({"model_type": "wav2vec2-bert"}),
            "unknown model_type `wav2vec2-bert`",
        ),
        (
            json!({"architectures": ["SERModel"]}),
            "SERModel, whose head is not known",
        ),
    ] {
        let copy = changed("superb", options);
        let found = Classifier::load(copy.path()).unwrap_err().to_string();
        assert!(found.contains(told), "{found}");
    }
}
