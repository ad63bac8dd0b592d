//! A corpus of tones, for tests that train.

use std::fs;
use std::path::Path;

use undertone_audio::encode_flac;
use undertone_corpus::Corpus;

/// Four speakers × three emotions × three clips of a third of a second.
pub(crate) fn corpus(folder: &Path) -> Corpus {
    let mut manifest = String::from("path,emotion,speaker\n");
    for speaker in 0..4 {
        for (emotion, hertz) in [("sad", 300.0), ("neutral", 900.0), ("happy", 2500.0)] {
            for take in 0..3 {
                let name = format!("{speaker}-{emotion}-{take}.flac");
                let hertz = hertz * (1.0 + 0.02 * speaker as f32 + 0.004 * take as f32);
                let samples: Vec<f32> = (0..5_300)
                    .map(|at| 0.5 * (std::f32::consts::TAU * hertz * at as f32 / 16_000.0).sin())
                    .collect();
                fs::write(folder.join(&name), encode_flac(&samples, 16_000).unwrap()).unwrap();
                manifest += &format!("{name},{emotion},s{speaker}\n");
            }
        }
    }
    let path = folder.join("corpus.csv");
    fs::write(&path, manifest).unwrap();
    Corpus::open(&path).unwrap()
}
