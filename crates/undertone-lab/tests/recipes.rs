//! Recipes: the built-in ones, overrides, and errors.

use std::fs;
use std::path::Path;

use undertone_audio::{FitLength, InputKind, Normalize};
use undertone_corpus::{LabelScheme, Protocol};
use undertone_lab::{Recipe, RecipeError};
use undertone_models::NetworkConfig;

const BUILT_IN: [&str; 12] = [
    "1-cnn-lstm",
    "2-enhanced",
    "3-optimized",
    "4-wav2vec2",
    "5-whisper-tiny-frozen",
    "6-whisper-tiny-finetune",
    "7-whisper-tiny-corpora",
    "8-undertone",
    "9-undertone-open",
    "10-cnn-lstm-small",
    "11-whisper-tiny-base",
    "12-cnn2d-lstm",
];

fn load(name: &str, overrides: &[&str]) -> Result<Recipe, RecipeError> {
    let overrides: Vec<String> = overrides.iter().map(|it| (*it).to_owned()).collect();
    Recipe::load(Path::new(name), &overrides)
}

fn message(name: &str, overrides: &[&str]) -> String {
    load(name, overrides).unwrap_err().to_string()
}

#[test]
fn the_built_in_recipes_are_those_of_the_folder() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    // In the order of their numbers.
    names.sort_by_key(|name| {
        let number = name.split('-').next().and_then(|it| it.parse::<u32>().ok());
        number.unwrap_or(u32::MAX)
    });
    assert_eq!(names, BUILT_IN);
    for name in BUILT_IN {
        let built_in = load(name, &[]).unwrap();
        assert_eq!(built_in.name, name);
        assert!(!built_in.description.is_empty());
        let file = Recipe::load(&folder.join(format!("{name}.toml")), &[]).unwrap();
        assert_eq!(file, built_in);
    }
}

#[test]
fn a_resolved_recipe_is_read_as_it_was_written() {
    for name in BUILT_IN {
        let recipe = load(name, &[]).unwrap();
        let text = recipe.to_toml().unwrap();
        assert_eq!(Recipe::parse(&text, name, &[]).unwrap(), recipe);
    }
}

#[test]
fn the_recipes_differ_as_the_notebooks_models_do() {
    let [first, second, third, ..] = BUILT_IN.map(|name| load(name, &[]).unwrap());
    assert_eq!(first.front_end.normalize, Normalize::None);
    assert_eq!(first.front_end.inputs, [InputKind::Mel, InputKind::Mfcc]);
    let network = |recipe: &Recipe| match &recipe.network {
        NetworkConfig::CnnLstm(network) => network.clone(),
        _ => panic!("{} is pretrained", recipe.name),
    };
    assert!(!network(&first).batch_norm && network(&second).batch_norm);
    assert!(network(&second).lstm.layers > network(&first).lstm.layers);
    assert!(network(&second).lstm.units > network(&first).lstm.units);
    assert_eq!(network(&second).dropout, 0.3);
    assert!((0.4..=0.5).contains(&network(&third).dropout));
    let training = third.training.unwrap();
    assert!(training.lstm_l2 > 0.0);
    let plateau = training.plateau.unwrap();
    assert_eq!((plateau.factor, plateau.patience), (0.5, 5));
}

#[test]
fn overrides_take_numbers_text_lists_and_new_tables() {
    let recipe = load(
        "3-optimized",
        &[
            "training.epochs=7",
            "label_scheme=emotion8",
            "augmentation.copies.speeds=[0.8]",
            "protocol.name = \"speakers\"",
            "front_end.duration=p95",
            "balance=[{step=\"undersample\"}]",
        ],
    )
    .unwrap();
    assert_eq!(recipe.training.unwrap().epochs, 7);
    assert_eq!(recipe.label_scheme, LabelScheme::Emotion8);
    assert_eq!(recipe.augmentation.copies.speeds, [0.8]);
    assert_eq!(recipe.protocol.name, Protocol::Speakers);
    assert_eq!(recipe.front_end.duration, FitLength::P95);
    assert_eq!(recipe.balance.len(), 1);
    assert!(
        load("1-cnn-lstm", &["training.plateau.factor=0.5"]).is_err(),
        "patience is missing"
    );
    let plateau = ["training.plateau.factor=0.5", "training.plateau.patience=3"];
    assert_eq!(
        load("1-cnn-lstm", &plateau)
            .unwrap()
            .training
            .unwrap()
            .plateau
            .unwrap()
            .patience,
        3
    );
}

#[test]
fn errors_name_the_field_and_the_place() {
    let unknown = message("4-unknown", &[]);
    assert!(
        unknown.contains("4-unknown") && unknown.contains("3-optimized"),
        "{unknown}"
    );
    let key = message("3-optimized", &["training.epoch=7"]);
    assert!(
        key.contains("epoch") && key.contains("--set training.epoch=7"),
        "{key}"
    );
    assert!(message("3-optimized", &["training.epochs"]).contains("KEY=VALUE"));
    assert!(message("3-optimized", &["=3"]).contains("KEY=VALUE"));
    assert!(message("3-optimized", &["name.inner=3"]).contains("KEY=VALUE"));
    for (assignment, field) in [
        ("training.epochs=0", "training.epochs"),
        ("training.batch_size=0", "training.batch_size"),
        ("training.learning_rate=-1.0", "training.learning_rate"),
        ("training.learning_rate=nan", "training.learning_rate"),
        ("training.lstm_l2=-1.0", "training.lstm_l2"),
        ("training.label_smoothing=1.0", "training.label_smoothing"),
        ("training.weight_average=1.0", "training.weight_average"),
        ("training.plateau.factor=1.5", "training.plateau.factor"),
        ("training.plateau.patience=0", "training.plateau.patience"),
        (
            "augmentation.copies.speeds=[3.0]",
            "augmentation.copies.speeds",
        ),
    ] {
        let message = message("3-optimized", &[assignment]);
        assert!(message.contains(field), "{assignment}: {message}");
    }
    let loss = message("3-optimized", &["loss=ccc"]);
    assert!(loss.contains("without dimensions"), "{loss}");
    let coarser = message(
        "3-optimized",
        &["label_scheme=emotion8", "output_scheme=sentiment3"],
    );
    assert!(coarser.contains("output_scheme"), "{coarser}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    fs::write(&path, "name = \"mine\"\nseed = \"one\"\n").unwrap();
    let error = Recipe::load(&path, &[]).unwrap_err().to_string();
    assert!(
        error.contains("mine.toml") && error.contains("line 2"),
        "{error}"
    );
}
