//! Others' checkpoints as they are: from a recording to the answer of `transformers`. The folders
//! have the layout of published checkpoints and random weights (`tests/data/encoders/make.py`).

mod encoders;

use std::fs;
use std::path::Path;

use burn::tensor::Device;
use encoders::{PUBLISHED, Reference, folder};
use serde_json::{Value, json};
use tempfile::TempDir;
use undertone_audio::{FeatureMatrix, Recording};
use undertone_models::{
    Batch, Checkpoint, Classifier, Emotion2VecConfig, Encoder, FloatType, Model, ModelError,
    NamedTensor, PretrainedError, Regressor, Weights, write_safetensors,
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
fn emotion2vec_gives_the_answer_of_funasr() {
    let folder = folder("emotion2vec");
    assert!(Model::is_in(&folder) && !Model::predicts_numbers(&folder).unwrap());
    let bytes = fs::read(folder.join("reference.safetensors")).unwrap();
    let mut reference = Weights::from_bytes(&bytes).unwrap();
    let (_, samples) = reference.take("clip").unwrap();
    let (_, answer) = reference.take("answer").unwrap();
    let (shape, states) = reference.take("states").unwrap();

    let classifier = Classifier::load(&folder).unwrap();
    assert_eq!(classifier.labels(), ["angry", "happy", "neutral", "<unk>"]);
    let recording = Recording::mono(samples.clone(), 16_000);
    let found = classifier.classify(&recording).unwrap().probabilities;
    assert_close(&found, &answer, "emotion2vec");

    // The last states, alone and beside a shorter clip.
    let device = Device::flex();
    let yaml = fs::read(folder.join("config.yaml")).unwrap();
    let config = Emotion2VecConfig::from_yaml(&yaml).unwrap();
    let checkpoint = Checkpoint::open_file(&folder.join("model.pt")).unwrap();
    let encoder = Encoder::load_emotion2vec(&config, &checkpoint, &device).unwrap();
    let waveform = |samples: &[f32]| FeatureMatrix {
        bands: 1,
        frames: samples.len(),
        values: samples.to_vec(),
    };
    let own = Batch::of(&[waveform(&samples[..4_000])], &device);
    let own = encoder.hidden_states(&own);
    let batch = [waveform(&samples), waveform(&samples[..4_000])];
    let hidden = encoder.hidden_states(&Batch::of(&batch, &device));
    assert_eq!((hidden.states.len(), hidden.lengths[0]), (4, shape[0]));
    let last = &hidden.states[3];
    let first = encoders::values_of(&last.clone().narrow(0, 0, 1));
    assert_close(&first, &states, "states");
    let second = last.clone().narrow(0, 1, 1).narrow(1, 0, own.lengths[0]);
    let alone = encoders::values_of(&own.states[3]);
    assert_close(
        &encoders::values_of(&second),
        &alone,
        "states of the shorter clip",
    );
}

#[test]
fn what_emotion2vec_may_not_have_is_refused() {
    let copied = |file: &str, change: &dyn Fn(String) -> String| {
        let copy = TempDir::new().unwrap();
        for entry in fs::read_dir(folder("emotion2vec")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
        let path = copy.path().join(file);
        fs::write(&path, change(fs::read_to_string(&path).unwrap())).unwrap();
        Classifier::load(copy.path()).unwrap_err().to_string()
    };
    for (from, to, told) in [
        (
            "layer_norm_first: false",
            "layer_norm_first: true",
            "`layer_norm_first` is true",
        ),
        (
            "model: Emotion2vec",
            "model: Paraformer",
            "`model` is \"Paraformer\"",
        ),
        (
            "embed_dim: 24",
            "embed_dim: many",
            "config.yaml: model_conf.embed_dim",
        ),
        (
            "num_extra_tokens: 3",
            "num_extra_tokens: 4",
            "extra_tokens` has shape [1, 3, 24]",
        ),
        ("* 2'", "* x'", "`feature_encoder_spec` is"),
        (
            "conv_pos_depth: 2",
            "conv_pos_depth: 0",
            "`conv_pos_depth` is 0",
        ),
    ] {
        let found = copied("config.yaml", &|text| {
            let changed = text.replace(from, to);
            assert_ne!(changed, text, "{from}");
            changed
        });
        assert!(found.contains(told), "{found}");
    }
    let found = copied("tokens.txt", &|text| format!("{text}more\n"));
    assert!(
        found.contains("`model.proj.weight` has shape [5, 24], expected [6, 24]"),
        "{found}"
    );
    let found = copied("tokens.txt", &|_| String::new());
    assert!(found.contains("tokens.txt"), "{found}");
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
