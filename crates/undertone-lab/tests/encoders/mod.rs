//! Experiments with small random encoders, which `transformers` made
//! (`undertone-models/tests/data/encoders/make.py`).

// Each test file uses a part of these.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use undertone_corpus::Corpus;
use undertone_lab::{
    EvaluationTask, Event, Experiment, FoldChoice, Interrupt, LabError, Observer, Recipe,
    RunFolder, evaluate_model,
};
use undertone_models::{DeviceKind, Precision, PretrainedConfig, PretrainedEncoder};

/// The random generator of a device is shared by the process, so only one experiment may run.
static DRAWING: Mutex<()> = Mutex::new(());

pub(crate) fn checkpoint(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../undertone-models/tests/data/encoders")
        .join(name)
}

/// Four speakers × three emotions × three clips of different lengths, every fourth one stereo.
pub(crate) fn corpus(folder: &Path) -> Corpus {
    let mut manifest = String::from("path,emotion,speaker\n");
    let mut count = 0;
    for speaker in 0..4 {
        for (emotion, hertz) in [("sad", 200.0), ("neutral", 700.0), ("happy", 2500.0)] {
            for take in 0..3 {
                count += 1;
                let name = format!("{speaker}-{emotion}-{take}.wav");
                let channels = if count % 4 == 0 { 2 } else { 1 };
                let pitch = hertz * (1.0 + 0.03 * speaker as f32 + 0.01 * take as f32);
                fs::write(folder.join(&name), wav(pitch, 4000 + 700 * take, channels)).unwrap();
                manifest += &format!("{name},{emotion},s{speaker}\n");
            }
        }
    }
    let path = folder.join("corpus.csv");
    fs::write(&path, manifest).unwrap();
    Corpus::open(&path).unwrap()
}

fn wav(hertz: f32, frames: usize, channels: u16) -> Vec<u8> {
    let samples: Vec<u8> = (0..frames)
        .map(|index| 0.5 * (std::f32::consts::TAU * hertz * index as f32 / 16_000.0).sin())
        .flat_map(|value| std::iter::repeat_n(value, usize::from(channels)))
        .flat_map(|value| ((value * 32_000.0) as i16).to_le_bytes())
        .collect();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + samples.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16u32.to_le_bytes());
    bytes.extend([1, 0, channels as u8, 0]);
    bytes.extend(16_000u32.to_le_bytes());
    bytes.extend((32_000 * u32::from(channels)).to_le_bytes());
    bytes.extend([2 * channels as u8, 0, 16, 0]);
    bytes.extend(b"data");
    bytes.extend((samples.len() as u32).to_le_bytes());
    bytes.extend(samples);
    bytes
}

pub(crate) fn recipe(name: &str, encoder: &str, overrides: &[&str]) -> Recipe {
    recipe_in(name, &checkpoint(encoder), overrides)
}

pub(crate) fn recipe_in(name: &str, encoder: &Path, overrides: &[&str]) -> Recipe {
    let mut overrides: Vec<String> = overrides.iter().map(|it| (*it).to_owned()).collect();
    overrides.push(format!(
        "network.pretrained={:?}",
        encoder.display().to_string()
    ));
    Recipe::load(Path::new(name), &overrides).unwrap()
}

pub(crate) fn run(
    corpus: &Corpus,
    recipe: &Recipe,
    out: &Path,
) -> Result<(String, PathBuf), LabError> {
    run_interrupted(corpus, recipe, out, false, usize::MAX)
}

/// Train fold 1 and interrupt it after so many steps.
pub(crate) fn run_interrupted(
    corpus: &Corpus,
    recipe: &Recipe,
    out: &Path,
    resume: bool,
    steps: usize,
) -> Result<(String, PathBuf), LabError> {
    let interrupt = Interrupt::new();
    let done = Mutex::new(0);
    let observer = |event: &Event<'_>| {
        if let Event::Step { .. } = event {
            let mut done = done.lock().unwrap();
            *done += 1;
            if *done >= steps {
                interrupt.request();
            }
        }
    };
    run_observed(corpus, recipe, (out, resume), &observer, &interrupt)
}

pub(crate) fn run_observed(
    corpus: &Corpus,
    recipe: &Recipe,
    (out, resume): (&Path, bool),
    observer: Observer<'_>,
    interrupt: &Interrupt,
) -> Result<(String, PathBuf), LabError> {
    let _alone = DRAWING.lock().unwrap_or_else(PoisonError::into_inner);
    let device = DeviceKind::Cpu.open().unwrap();
    let load = |config: &PretrainedConfig| {
        PretrainedEncoder::load(Path::new(&config.pretrained), config, &device).unwrap()
    };
    let encoders: Vec<_> = recipe.network.encoders().iter().map(load).collect();
    let experiment = Experiment {
        corpus,
        recipe,
        encoders: &encoders,
        device,
        cache: None,
        max_seconds: 600.0,
        observer,
        interrupt,
    };
    let run = RunFolder::open(out, recipe, resume)?;
    let finished = experiment.run(&run, &FoldChoice::One(1))?;
    let report = finished
        .report
        .map(|report| report.to_text())
        .unwrap_or_default();
    Ok((report, finished.model.unwrap()))
}

pub(crate) const SPEAKERS: [&str; 3] = [
    "label_scheme=sentiment3",
    "protocol.name=speakers",
    "protocol.folds=2",
];

/// Copy the encoder `name` to `folder`, with other weights.
pub(crate) fn changed_copy(name: &str, folder: &Path) {
    copy(name, folder);
    change_weights(folder);
}

/// Copy the encoder `name` to `folder`.
pub(crate) fn copy(name: &str, folder: &Path) {
    fs::create_dir(folder).unwrap();
    for entry in fs::read_dir(checkpoint(name)).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
    }
}

/// Flip the signs of numbers in the second half of the weights.
pub(crate) fn change_weights(folder: &Path) {
    let path = folder.join("model.safetensors");
    let mut weights = fs::read(&path).unwrap();
    let count = weights.len() / 8;
    for byte in weights.iter_mut().rev().step_by(4).take(count) {
        *byte ^= 0x80;
    }
    fs::write(path, weights).unwrap();
}

/// Evaluate a saved model on the first fold of its recipe, without a cache. Return the UAR.
pub(crate) fn uar_of_model(model: &Path, corpus: &Corpus, recipe: &Recipe) -> f64 {
    let evaluated = evaluate_model(&EvaluationTask {
        model,
        corpus,
        protocol: &recipe.protocol,
        balance: &[],
        training_clips: None,
        seed: None,
        fold: Some(1),
        degradation: None,
        device: DeviceKind::Cpu.open().unwrap(),
        precision: Precision::F32,
        cache: None,
        max_seconds: 600.0,
        observer: &|_| {},
        interrupt: &Interrupt::new(),
    });
    evaluated.unwrap().report.unwrap().pooled.uar.value
}

/// Return the UAR in the report of a run.
pub(crate) fn uar_of_run(run: &Path) -> f64 {
    let report = fs::read(run.join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    report["pooled"]["uar"]["value"].as_f64().unwrap()
}
