use std::process::Stdio;

use crate::support::{Done, Folder};

#[test]
fn counts_and_durations_are_told() {
    let folder = Folder::with_corpus();
    let done = folder.succeed("corpus corpus");
    assert!(
        done.stdout.starts_with("corpus: 48 clips of 6 speakers\n"),
        "{}",
        done.stdout
    );
    let rows: Vec<Vec<&str>> = done
        .stdout
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    for row in [
        &["calm", "6"][..],
        &["negative", "24"],
        &["neutral", "12"],
        &["female", "24"],
        &["normal", "48"],
        &["05", "8"],
        &["recorded", "0.50", "0.50", "0.50", "24.0"],
    ] {
        assert!(
            rows.iter().any(|found| found == row),
            "{row:?}: {}",
            done.stdout
        );
    }
    assert!(
        done.stdout
            .contains("missing of RAVDESS's 1440 spoken clips: 1392")
    );
    assert!(done.stdout.contains("and 1387 more"));
}

#[test]
fn json_is_one_object() {
    let folder = Folder::with_corpus();
    let rows = folder
        .succeed("corpus --json --scheme emotion8 corpus")
        .json();
    assert_eq!(rows.len(), 1);
    let corpus = &rows[0];
    assert_eq!(corpus["clips"], 48);
    assert_eq!(corpus["scheme"], "emotion8");
    assert_eq!(corpus["labels"], corpus["emotions"]);
    assert_eq!(corpus["speakers"]["06"], 8);
    assert_eq!(corpus["seconds"]["recorded"]["mean"], 0.5);
    assert!(corpus["seconds"]["trimmed"]["min"].as_f64().unwrap() > 0.4);
    assert_eq!(corpus["missing"].as_array().unwrap().len(), 1392);
}

#[test]
fn what_is_wrong_is_named_and_matters_with_strict() {
    let folder = Folder::with_corpus();
    folder.write(
        "corpus/Actor_01/03-01-01-01-01-01-01.wav",
        "no sound in here",
    );
    folder.wav("corpus/Actor_01/takes.wav", 300.0, 0.5);
    folder.wav("corpus/copies/03-01-02-01-01-01-02.wav", 300.0, 0.5);
    let done = folder.succeed("corpus corpus");
    for words in [
        "cannot be read: 1\n  corpus/Actor_01/03-01-01-01-01-01-01.wav: not an audio file",
        "problems: 2\n",
        "takes.wav: skipped, not a RAVDESS name",
        "03-01-02-01-01-01-02.wav: skipped, the same clip as",
    ] {
        assert!(done.stdout.contains(words), "{words}: {}", done.stdout);
    }
    let strict = folder.run("corpus --strict corpus");
    assert_eq!(strict.code, 1);
    assert_eq!(strict.stdout, done.stdout);
    let unheard = folder.succeed("corpus --json --no-durations corpus").json();
    assert_eq!(unheard[0]["unreadable"].as_array().unwrap().len(), 0);
    assert_eq!(unheard[0].get("seconds"), None);
}

#[test]
fn a_manifest_that_was_written_reads_back_sound() {
    let folder = Folder::with_corpus();
    folder.succeed("corpus --no-durations --manifest clips.csv corpus");
    let done = folder.succeed("corpus --strict --json clips.csv");
    assert_eq!(done.json()[0]["clips"], 48);
    assert_eq!(done.json()[0]["genders"]["male"], 24);
}

#[test]
fn what_is_no_corpus_is_refused() {
    let folder = Folder::new();
    assert!(
        folder
            .refuse("corpus nowhere")
            .contains("nowhere: no such folder or manifest")
    );
    folder.write("empty/readme.txt", "");
    assert!(
        folder
            .refuse("corpus empty")
            .contains("empty: no usable clip")
    );
}

#[test]
fn whoever_stops_reading_causes_no_panic() {
    let folder = Folder::with_corpus();
    let mut child = folder
        .command("corpus --no-durations corpus")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let done = Done::from(child.wait_with_output().unwrap());
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
}
