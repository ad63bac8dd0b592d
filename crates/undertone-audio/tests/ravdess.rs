//! Recordings of RAVDESS, from `UNDERTONE_RAVDESS` or `shared/ravdess` beside the workspace.
//! Without them, these tests print a message and pass.

#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};

use undertone_audio::{DecodeOptions, FrontEnd, FrontEndConfig, decode_path};

fn shared(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared")
        .join(folder)
}

fn recordings(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        println!("skipped: {} is not there", folder.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "wav" || extension == "flac")
    });
    files.sort();
    files
}

#[test]
fn one_actor_goes_through_the_front_end() {
    let corpus = std::env::var_os("UNDERTONE_RAVDESS").map_or(shared("ravdess"), PathBuf::from);
    let front_end = FrontEnd::new(FrontEndConfig::default()).unwrap();
    for file in recordings(&corpus.join("Actor_01")).iter().step_by(2) {
        let recording = decode_path(file, &DecodeOptions::default()).unwrap();
        assert_eq!(recording.sample_rate, 48_000);
        assert!((2.5..6.0).contains(&recording.duration()));
        let prepared = front_end.prepare(&recording).unwrap();
        let seconds = prepared.samples.len() as f64 / 16_000.0;
        assert!(
            (0.5..5.0).contains(&seconds),
            "{}: {seconds} s",
            file.display()
        );
        let features = front_end.features(&prepared.samples);
        assert!(features.values.iter().all(|value| value.is_finite()));
    }
}

/// Five clips are stereo, and a model for mono input fails on them. All eight files have a `FLLR`
/// chunk or another peculiarity of the programs that wrote RAVDESS.
#[test]
fn stereo_clips_become_mono() {
    let files = recordings(&shared("ravdess-wav"));
    let mut stereo = 0;
    for file in &files {
        let recording = decode_path(file, &DecodeOptions::default()).unwrap();
        stereo += usize::from(recording.channels == 2);
        assert!(
            (2.5..6.0).contains(&recording.duration()),
            "{}",
            file.display()
        );
    }
    assert!(
        files.is_empty() || stereo == 5,
        "{stereo} stereo clips of {}",
        files.len()
    );
}
