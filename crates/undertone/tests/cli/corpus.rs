use std::process::Stdio;

use crate::support::{Done, Folder};

#[test]
fn counts_and_durations_are_printed() {
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
fn bad_files_are_listed_and_fail_strict() {
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
fn a_written_manifest_reads_back_complete() {
    let folder = Folder::with_corpus();
    folder.succeed("corpus --no-durations --manifest clips.csv corpus");
    let done = folder.succeed("corpus --strict --json clips.csv");
    assert_eq!(done.json()[0]["clips"], 48);
    assert_eq!(done.json()[0]["genders"]["male"], 24);
}

#[test]
fn a_path_that_is_not_a_corpus_is_refused() {
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
fn a_closed_stdout_causes_no_panic() {
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

#[test]
fn songs_are_left_out_unless_asked_for() {
    let folder = Folder::with_corpus();
    folder.wav("corpus/Actor_01/03-02-02-01-01-01-01.wav", 333.0, 0.5);
    let speech = folder.succeed("corpus corpus");
    assert!(speech.stdout.starts_with("corpus: 48 clips"));
    assert!(speech.stdout.contains("songs left out: 1"));
    let json = folder.succeed("corpus --json corpus").json();
    assert_eq!(json[0]["left_out"], 1);
    let all = folder.succeed("corpus --vocal-channel all corpus");
    assert!(all.stdout.starts_with("corpus: 49 clips"));
    assert!(!all.stdout.contains("left out"));
    let song = folder.succeed("corpus --vocal-channel song --json corpus");
    assert_eq!(song.json()[0]["clips"], 1);

    folder.wav("songs/03-02-02-01-01-01-01.wav", 333.0, 0.5);
    let error = folder.refuse("corpus songs");
    assert!(error.contains("choose another vocal channel"), "{error}");
}

#[test]
fn copies_of_a_take_are_listed() {
    let folder = Folder::with_corpus();
    folder.wav("corpus/video/01-01-02-01-01-01-01.wav", 777.0, 0.5);
    folder.wav("corpus/03-01-02-02-02-02-06.wav", 120.0 * 2.0 + 10.0, 0.5);
    let by_name = folder.succeed("corpus --no-durations corpus");
    assert!(
        by_name.stdout.contains("copies of a take: 1\n"),
        "{}",
        by_name.stdout
    );
    let by_sound = folder.succeed("corpus --json corpus").json();
    assert_eq!(by_sound[0]["copies"].as_array().unwrap().len(), 2);
}
