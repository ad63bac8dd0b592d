//! A run that was stopped and went on must not be told from one that was not.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::Folder;

/// What a run leaves, byte for byte.
fn left_by(folder: &Folder, run: &str) -> Vec<Vec<u8>> {
    [
        "model/model.safetensors",
        "model/config.json",
        "report.txt",
        "report.json",
    ]
    .iter()
    .map(|name| folder.read(&format!("{run}/{name}")))
    .collect()
}

/// A number from 0 to 1, another one each time.
fn chance() -> f64 {
    RandomState::new().build_hasher().finish() as f64 / u64::MAX as f64
}

fn quietly(folder: &Folder, arguments: &str) -> Child {
    folder
        .command(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_run_killed_at_any_moment_ends_with_the_same_weights() {
    let folder = Folder::with_corpus();
    let train = "train tiny.toml --corpus corpus --set training.epochs=40 --resume --out";
    let started = Instant::now();
    folder.succeed(&format!("{train} whole"));
    let whole = started.elapsed();

    let mut kills = 0;
    for _ in 0..6 {
        let mut child = quietly(&folder, &format!("{train} pieces"));
        thread::sleep(whole.mul_f64(0.5 * chance()));
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            kills += 1;
        }
        child.wait().unwrap();
    }
    folder.succeed(&format!("{train} pieces"));
    assert!(kills > 0);
    assert!(
        left_by(&folder, "pieces") == left_by(&folder, "whole"),
        "after {kills} kills"
    );
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_exits_130_and_ends_with_the_same_weights() {
    use std::io::{BufRead, BufReader};
    use std::process::Command;

    let folder = Folder::with_corpus();
    let train = "train tiny.toml --corpus corpus --set training.epochs=100 --out";
    folder.succeed(&format!("{train} whole"));

    for (signal, resume) in [("-INT", ""), ("-TERM", "--resume")] {
        let mut child = folder
            .command(&format!("{train} pieces {resume}"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().starts_with("epoch")));
        let kill = Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status()
            .unwrap();
        assert!(kill.success());
        let words: Vec<String> = lines.map(Result::unwrap).collect();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{words:?}");
        assert!(words.last().unwrap().contains("--resume"), "{words:?}");
        assert!(!folder.path("pieces/model").exists());
    }
    let last = folder.succeed(&format!("{train} pieces --resume"));
    assert!(
        last.stderr.contains("resuming after epoch"),
        "{}",
        last.stderr
    );
    assert!(left_by(&folder, "pieces") == left_by(&folder, "whole"));
}

#[cfg(unix)]
#[test]
fn the_second_signal_does_not_wait() {
    use std::process::Command;

    let folder = Folder::with_corpus();
    let mut child = quietly(
        &folder,
        "train tiny.toml --corpus corpus --out run --set training.epochs=100000",
    );
    let deadline = Instant::now() + Duration::from_secs(60);
    while !folder.path("run/folds").exists() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(5));
    }
    while child.try_wait().unwrap().is_none() {
        Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .unwrap();
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn resuming_a_finished_run_changes_nothing() {
    let folder = Folder::with_corpus();
    let train = "train tiny.toml --corpus corpus --out run";
    let first = folder.succeed(train);
    let before = left_by(&folder, "run");
    let again = folder.succeed(&format!("{train} --resume"));
    assert_eq!(again.stdout, first.stdout);
    assert!(!again.stderr.contains("epoch"), "{}", again.stderr);
    assert!(left_by(&folder, "run") == before);
}

#[test]
fn a_damaged_checkpoint_is_an_error_with_its_name() {
    let folder = Folder::with_corpus();
    let train = "train tiny.toml --corpus corpus --out run";
    folder.succeed(train);
    let fold = folder.path("run/folds");
    let fold = std::fs::read_dir(fold)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    std::fs::remove_file(fold.join("outcomes.json")).unwrap();
    std::fs::write(fold.join("checkpoints/last.safetensors"), "not one").unwrap();
    let error = folder.refuse(&format!("{train} --resume"));
    assert!(
        error.contains("last.safetensors: cannot resume from this checkpoint"),
        "{error}"
    );
}
