//! Exports run in an empty folder, by their own instructions, with the programs of others.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::adapting_model;
use crate::support::{Folder, model};

/// A recipe that trains a small wav2vec 2.0 with random weights.
const WAV2VEC2: &str = r#"
name = "small-wav2vec2"
seed = 3

[protocol]
name = "full"

[front_end]
duration = 0.5
trim = { top_db = 30.0, frame_length = 640, hop_length = 160 }
level = -25.0

[network]
architecture = "pretrained"
pretrained = "ENCODER"
pooling = "mean-std"

[training]
epochs = 1
batch_size = 8
learning_rate = 1e-3
"#;

/// Return a Python that has packages: the value of a variable, or `python3`.
#[allow(clippy::print_stdout)] // reports what is skipped
fn python(variable: &str, packages: &str) -> Option<String> {
    let python = std::env::var(variable).unwrap_or_else(|_| "python3".to_owned());
    let found = Command::new(&python)
        .args(["-c", &format!("import {packages}")])
        .output()
        .is_ok_and(|output| output.status.success());
    if !found {
        println!("skipped: {python} does not have {packages} (set {variable})");
    }
    found.then_some(python)
}

/// Run a Python program in a folder, and return what it prints.
fn run(python: &str, folder: &Path, arguments: &[&str]) -> String {
    let done = Command::new(python)
        // Without the user's packages and variables.
        .arg("-I")
        .args(arguments)
        .current_dir(folder)
        .env("HF_HUB_OFFLINE", "1")
        .env("HF_HOME", folder.join("hf-home"))
        .env("USE_TF", "0")
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let errors = text(&done.stderr);
    assert!(done.status.success(), "{arguments:?}\n{errors}");
    text(&done.stdout)
}

/// Return the code blocks of a language in Markdown.
fn blocks<'a>(markdown: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("\n```{language}\n");
    let parts = markdown.split(&fence[..]).skip(1);
    parts
        .map(|part| part.split("```").next().unwrap())
        .collect()
}

/// Check that numbers of two answers are equal within a tolerance, and all else is the same.
fn assert_close(found: &Value, expected: &Value, tolerance: f64, what: &str) {
    match (found, expected) {
        (Value::Number(found), Value::Number(expected)) => {
            let difference = (found.as_f64().unwrap() - expected.as_f64().unwrap()).abs();
            assert!(difference <= tolerance, "{what}: {found} is not {expected}");
        }
        (Value::Array(found), Value::Array(expected)) => {
            assert_eq!(found.len(), expected.len(), "{what}");
            for (found, expected) in found.iter().zip(expected) {
                assert_close(found, expected, tolerance, what);
            }
        }
        (Value::Object(found), Value::Object(expected)) => {
            let keys = |it: &serde_json::Map<String, Value>| it.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(found), keys(expected), "{what}");
            for (key, expected) in expected {
                assert_close(&found[key], expected, tolerance, &format!("{what}: {key}"));
            }
        }
        _ => assert_eq!(found, expected, "{what}"),
    }
}

/// Train a small wav2vec 2.0, and return its run's name.
fn wav2vec2(folder: &Folder) -> String {
    let encoder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../undertone-models/tests/data/encoders/wav2vec2-base");
    let recipe = WAV2VEC2.replace("ENCODER", &encoder.display().to_string());
    let corpus = Folder::with_corpus();
    folder.write("small.toml", recipe);
    let corpus = corpus.path("corpus");
    folder.succeed(&format!(
        "train small.toml --corpus {} --out run",
        corpus.display()
    ));
    "run".to_owned()
}

/// Return recordings at 16 kHz: a tone, a short one, and one that is longer than all windows.
fn recordings(folder: &Folder) -> Vec<PathBuf> {
    for (name, hz, seconds) in [("a", 220.0, 0.4), ("b", 431.0, 0.01), ("c", 150.0, 9.1)] {
        folder.wav(&format!("{name}.wav"), hz, seconds);
    }
    ["a", "b", "c"]
        .map(|name| folder.path(&format!("{name}.wav")))
        .to_vec()
}

/// Export a model, and run its ONNX file in an empty folder as its README says. The answers must be
/// those of `predict`.
fn check_onnx(folder: &Folder, python: &str, name: &str, model: &str, predict: &str) {
    folder.succeed(&format!("export {model} --to onnx --out {name} --force"));
    let alone = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder.path(name)).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), alone.path().join(entry.file_name())).unwrap();
    }
    let readme = fs::read_to_string(alone.path().join("README.md")).unwrap();
    let command = readme
        .lines()
        .find(|line| line.contains("predict.py sample.flac"));
    assert!(command.is_some(), "{readme}");
    let printed = run(python, alone.path(), &["predict.py", "sample.flac"]);
    let printed: Value = serde_json::from_str(&printed).unwrap();
    let stated: Value = serde_json::from_str(blocks(&readme, "json")[0]).unwrap();
    assert_close(&printed, &stated, 1e-5, name);
    // The program in the README prints the same probabilities.
    let program = blocks(&readme, "python")[0];
    let shown = run(python, alone.path(), &["-c", program]);
    assert!(
        shown.starts_with('{') && shown.trim_end().ends_with("True"),
        "{shown}"
    );

    let mut clips = recordings(folder);
    clips.push(alone.path().join("sample.flac"));
    // At 11 kHz, which predict.py resamples.
    clips.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/conversation.flac"));
    let clips: Vec<&str> = clips.iter().map(|clip| clip.to_str().unwrap()).collect();
    let arguments = [&["predict.py"], &clips[..]].concat();
    let found = run(python, alone.path(), &arguments);
    let ours = folder.run(&format!("predict --json {predict} {}", clips.join(" ")));
    assert_eq!(found.lines().count(), clips.len());
    for (found, ours) in found.lines().zip(ours.json()) {
        let found: Value = serde_json::from_str(found).unwrap();
        let case = format!("{name} {found}\n{ours}");
        for key in ["path", "label", "speech"] {
            assert_eq!(found[key], ours[key], "{case}");
        }
        let [mut theirs, mut own] = [&found, &ours].map(|it| it["probabilities"].clone());
        assert_close(&theirs, &own, 1e-4, &case);
        if let Some(sums) = found.get("sums") {
            [theirs, own] = [sums.clone(), ours["sums"].clone()];
            assert_close(&theirs, &own, 1e-4, &case);
        }
    }
}

#[test]
fn the_onnx_folder_alone_answers_like_predict() {
    let Some(python) = python("UNDERTONE_CLIENTS_PYTHON", "numpy, onnxruntime, soundfile") else {
        return;
    };
    let folder = Folder::new();
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    check_onnx(&folder, &python, "undertone-all", "", "");
    for name in ["3-optimized-sentiment3", "5-whisper-tiny-sentiment3"] {
        let path = models.join(name).display().to_string();
        check_onnx(&folder, &python, name, &path, &format!("--model {path}"));
    }
    let run = wav2vec2(&folder);
    check_onnx(
        &folder,
        &python,
        "wav2vec2",
        &run,
        &format!("--model {run}"),
    );
    let tiny = model();
    let (_, path) = tiny.split_once(' ').unwrap();
    check_onnx(&folder, &python, "tiny", path, &tiny);
}

#[test]
fn the_onnx_folder_of_a_model_that_hears_no_speech_says_so() {
    let Some(python) = python("UNDERTONE_CLIENTS_PYTHON", "numpy, onnxruntime, soundfile") else {
        return;
    };
    let folder = Folder::new();
    let deaf = adapting_model::deaf();
    let (_, path) = deaf.split_once(' ').unwrap();
    folder.succeed(&format!("export {path} --to onnx --out deaf"));
    let printed = run(
        &python,
        &folder.path("deaf"),
        &["predict.py", "sample.flac"],
    );
    let printed: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(printed["speech"], false);
    assert_eq!(printed["label"], Value::Null);
    let readme = String::from_utf8(folder.read("deaf/README.md")).unwrap();
    let stated: Value = serde_json::from_str(blocks(&readme, "json")[0]).unwrap();
    assert_eq!(stated["probabilities"], Value::Null);
}

#[test]
fn the_programs_in_the_card_run_in_an_empty_folder() {
    let packages = "torch, transformers, librosa, onnxruntime, huggingface_hub, soundfile";
    let Some(python) = python("UNDERTONE_PYTHON", packages) else {
        return;
    };
    let folder = Folder::new();
    let run_name = wav2vec2(&folder);
    for (name, export, predict) in [
        ("built-in", "export".to_owned(), String::new()),
        (
            "wav2vec2",
            format!("export {run_name}"),
            format!("--model {run_name}"),
        ),
    ] {
        // The names of the card: a repository, and a recording of the user's.
        folder.succeed(&format!("{export} --to hf --out {name}/OWNER/NAME"));
        let alone = folder.path(name);
        let sample = alone.join("OWNER/NAME/samples/sad.flac");
        let made = "import librosa, soundfile, sys; \
                    soundfile.write('recording.wav', *librosa.load(sys.argv[1], sr=16000))";
        run(&python, &alone, &["-c", made, sample.to_str().unwrap()]);
        let ours = folder.succeed(&format!("predict --json {predict} {name}/recording.wav"));
        let ours = &ours.json()[0];
        let card = fs::read_to_string(alone.join("OWNER/NAME/README.md")).unwrap();
        let programs = blocks(&card, "python");
        assert_eq!(programs.len(), 3, "{card}");
        for program in programs {
            if program.contains("pipeline") && Command::new("ffmpeg").output().is_err() {
                continue;
            }
            // Without a network, a repository is a folder here.
            let local =
                "def hf_hub_download(repository, file):\n    return f\"{repository}/{file}\"\n";
            let program = program.replace("from huggingface_hub import hf_hub_download\n", local);
            let shown = run(&python, &alone, &["-c", &program]);
            let label = ours["label"].as_str().unwrap();
            let value = ours["probabilities"][label].as_f64().unwrap();
            let digits = format!("{value:.3}");
            assert!(
                shown.contains(&digits[..4]),
                "{name}: {label} {value}\n{shown}"
            );
        }
    }
}
