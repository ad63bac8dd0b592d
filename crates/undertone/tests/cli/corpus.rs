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
    folder.write("unknown/a.wav", "");
    let error = folder.refuse("corpus unknown");
    assert!(error.contains("1 recording of no known corpus"), "{error}");
    let error = folder.refuse("corpus cremad2:unknown");
    assert!(error.contains("known are ravdess, crema-d"), "{error}");
    folder.write("german/03a01Fa.wav", "");
    let error = folder.refuse("corpus crema-d:german");
    assert!(
        error.contains("german: not crema-d but emodb; give emodb:german"),
        "{error}"
    );
}

#[test]
fn a_published_corpus_is_recognized_and_compared_with_its_official_counts() {
    let folder = Folder::new();
    for (clip, hertz) in [("03a01Fa", 200.0), ("03a01Wa", 210.0), ("16b10Lb", 220.0)] {
        folder.wav(&format!("german/{clip}.wav"), hertz, 0.5);
    }
    let done = folder.succeed("corpus --no-durations german");
    for words in [
        "german: 3 clips of 2 speakers\n",
        "EmoDB (emodb:german), 3 clips of 2 speakers\n",
        "  language  German, acted speech\n",
        "  counts    not as published: clips 3 of 535, neutral 0 of 79, happy 1 of 71",
        "speakers 2 of 10\n",
    ] {
        assert!(done.stdout.contains(words), "{words}: {}", done.stdout);
    }
    assert_eq!(folder.run("corpus --no-durations --strict german").code, 1);
    let corpus = &folder.succeed("corpus --json german").json()[0]["corpora"][0].clone();
    assert_eq!(corpus["format"], "emodb");
    assert_eq!(corpus["commercial"], false);
    assert_eq!(corpus["differences"][0]["official"], 535);
}

#[test]
fn several_corpora_are_described_as_one() {
    let folder = Folder::new();
    for clip in ["german/03a01Fa", "german/16b10Lb", "polish/KS0_fear_1"] {
        folder.write(&format!("{clip}.wav"), "");
    }
    let done = folder.succeed("corpus --no-durations --json --scheme emotion7 german polish");
    let both = &done.json()[0];
    assert_eq!(both["clips"], 3);
    assert_eq!(both["speakers"]["EmoDB/03"], 1);
    assert_eq!(both["corpora"][1]["name"], "nEMO");
    let note = both["notes"][0].as_str().unwrap();
    assert!(
        note.contains("no class of emotion7 is in all corpora: EmoDB has happy; nEMO has fearful"),
        "{note}"
    );
    folder.succeed("corpus --no-durations --manifest both.csv german polish");
    let read = folder
        .succeed("corpus --no-durations --json both.csv")
        .json();
    assert_eq!(read[0]["speakers"], both["speakers"]);
}

#[test]
fn labels_are_mapped_and_ignored() {
    let folder = Folder::new();
    for clip in ["03a01Fa", "16b10Lb", "16b10Wb"] {
        folder.write(&format!("german/{clip}.wav"), "");
    }
    let done = folder
        .succeed("corpus --no-durations --json --map-label bored=calm --ignore-label anger german");
    let corpus = &done.json()[0];
    assert_eq!(
        (&corpus["emotions"]["calm"], &corpus["clips"]),
        (&1.into(), &2.into())
    );
    assert_eq!(corpus["ignored"]["angry"], 1);
    for (options, words) in [
        ("--map-label happy=joy", "mapped to itself"),
        ("--map-label a=b --map-label b=a", "mapped in a circle"),
        (
            "--ignore-label happy --ignore-label bored --ignore-label anger",
            "every clip",
        ),
    ] {
        let error = folder.refuse(&format!("corpus --no-durations {options} german"));
        assert!(error.contains(words), "{error}");
    }
    let done = folder.succeed("corpus --no-durations --ignore-label contempt german");
    assert!(
        done.stdout.contains("no clip has the label \"contempt\""),
        "{}",
        done.stdout
    );
}

#[test]
fn columns_of_a_manifest_are_named() {
    let folder = Folder::new();
    folder.write("a.wav", "");
    folder.write("clips.csv", "clip;mood\na.wav;joy\n");
    folder.refuse("corpus clips.csv");
    let done = folder
        .succeed("corpus --no-durations --json --column path=clip --column emotion=mood clips.csv");
    assert_eq!(done.json()[0]["emotions"]["happy"], 1);
    let note = done.json()[0]["notes"][0].as_str().unwrap().to_owned();
    assert!(note.contains("one clip"), "{note}");
}

#[test]
fn known_corpora_are_listed() {
    let folder = Folder::new();
    let done = folder.succeed("corpus --list");
    assert!(
        done.stdout.contains("crema-d         7442 clips  English"),
        "{}",
        done.stdout
    );
    let known = folder.succeed("corpus --list --json").json();
    assert_eq!(known[0]["id"], "ravdess");
    assert_eq!(known[0]["official"]["emotions"]["calm"], 192);
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

#[test]
fn folders_are_searched_for_all_recordings_that_can_be_decoded() {
    let searched = undertone_corpus::RECORDING_EXTENSIONS;
    assert_eq!(searched[..], *undertone_audio::EXTENSIONS);
}
