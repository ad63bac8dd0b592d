//! The model in the program and the folder in `models/` that it comes from.
#![cfg(feature = "embedded")]

use std::path::PathBuf;

use burn::tensor::Device;
use undertone_audio::Recording;
use undertone_models::{
    CARD_FILE, CONFIG_FILE, Classifier, EMBEDDED_CARD, Model, PREPROCESSOR_FILE, WEIGHTS_FILE,
    Weights,
};

/// The most bytes that a model may add to the program.
const LARGEST: u64 = 15_000_000;

fn folder() -> PathBuf {
    let model = Model::embedded(&Device::flex()).unwrap();
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models")).join(model.config.name)
}

#[test]
fn the_model_in_the_program_is_that_of_its_folder_bit_by_bit() {
    let device = Device::flex();
    let ours = Model::embedded(&device).unwrap();
    let theirs = Model::load(&folder(), &device).unwrap();
    assert_eq!(ours.config, theirs.config);
    assert_eq!(ours.statistics, theirs.statistics);
    assert!(Weights::of(&ours.network) == Weights::of(&theirs.network));
    let files = |model: &Model| {
        let files = model.encoders.iter();
        let contents = files.map(|files| (files.config.clone(), files.preprocessor.clone()));
        contents.collect::<Vec<_>>()
    };
    assert_eq!(files(&ours), files(&theirs));
    let card = std::fs::read_to_string(folder().join(CARD_FILE)).unwrap();
    assert_eq!(EMBEDDED_CARD, card);

    // Long enough for several windows.
    let samples = (0..200_000).map(|index| (index as f32 * 0.06).sin() * 0.3);
    let recording = Recording::mono(samples.collect(), 16_000);
    let theirs = Classifier::load(folder()).unwrap();
    assert_eq!(
        Classifier::embedded()
            .unwrap()
            .classify(&recording)
            .unwrap(),
        theirs.classify(&recording).unwrap()
    );
}

#[test]
fn the_model_in_the_program_is_small() {
    let size = |name| std::fs::metadata(folder().join(name)).map_or(0, |file| file.len());
    let names = [CONFIG_FILE, PREPROCESSOR_FILE, WEIGHTS_FILE, CARD_FILE];
    let size: u64 = names.into_iter().map(size).sum();
    assert!(size <= LARGEST, "{size} bytes");
}
