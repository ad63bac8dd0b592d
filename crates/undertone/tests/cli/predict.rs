use std::fs;
use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Done, Folder, model, trained_run, wav};

fn paths(done: &Done) -> Vec<String> {
    done.json()
        .iter()
        .map(|row| row["path"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn each_recording_has_a_row_in_the_given_order() {
    let folder = Folder::new();
    for (name, hz) in [("b.wav", 200.0), ("a.wav", 400.0), ("c.wav", 600.0)] {
        folder.wav(name, hz, 0.5);
    }
    let done = folder.succeed(&format!("predict {} b.wav a.wav c.wav", model()));
    let rows: Vec<&str> = done.stdout.lines().collect();
    let words = |row: &str| -> Vec<String> { row.split_whitespace().map(str::to_owned).collect() };
    assert_eq!(
        words(rows[0]),
        [
            "file",
            "label",
            "confidence",
            "negative",
            "neutral",
            "positive",
            "seconds"
        ]
    );
    for (row, name) in rows[1..].iter().zip(["b.wav", "a.wav", "c.wav"]) {
        let words = words(row);
        assert_eq!(words[0], name);
        assert!(
            ["negative", "neutral", "positive"].contains(&words[1].as_str()),
            "{row}"
        );
        assert_eq!(row.matches('%').count(), 3, "{row}");
        assert_eq!(words.last().unwrap(), "0.50");
    }
    assert_eq!(rows.len(), 4);
    assert_eq!(done.stderr, "");
}

#[test]
fn json_has_an_object_per_recording_with_probabilities_that_sum_to_one() {
    let folder = Folder::new();
    folder.wav("short.wav", 300.0, 0.4);
    folder.wav("long.wav", 500.0, 1.2);
    let done = folder.succeed(&format!(
        "predict {} --json --timeline short.wav long.wav",
        model()
    ));
    let rows = done.json();
    assert_eq!(rows.len(), 2);
    let sum = |row: &Value| -> f64 {
        row["probabilities"]
            .as_object()
            .unwrap()
            .values()
            .map(|p| p.as_f64().unwrap())
            .sum()
    };
    for row in &rows {
        let label = row["label"].as_str().unwrap();
        assert_eq!(row["probabilities"][label], row["confidence"]);
        assert!((sum(row) - 1.0).abs() < 1e-5);
        for window in row["segments"].as_array().unwrap() {
            assert!((sum(window) - 1.0).abs() < 1e-5);
            assert!(window["start"].as_f64() < window["end"].as_f64());
        }
    }
    assert_eq!(rows[0]["segments"].as_array().unwrap().len(), 1);
    let windows = rows[1]["segments"].as_array().unwrap();
    assert!(windows.len() > 2);
    assert_eq!(rows[1]["seconds"], 1.2);
    assert!(windows.last().unwrap()["end"].as_f64().unwrap() > 1.1);
}

#[test]
fn without_timeline_there_are_no_segments() {
    let folder = Folder::new();
    folder.wav("long.wav", 500.0, 1.2);
    let done = folder.succeed(&format!("predict {} --json long.wav", model()));
    assert_eq!(done.json()[0].get("segments"), None);
    let done = folder.succeed(&format!("predict {} --timeline long.wav", model()));
    assert!(
        done.stdout.contains("\n  0.00 - 0.50 s "),
        "{}",
        done.stdout
    );
}

#[test]
fn a_bad_file_is_an_error_and_the_others_are_done() {
    let folder = Folder::new();
    folder.wav("good.wav", 300.0, 0.5);
    folder.wav("better.wav", 400.0, 0.5);
    folder.write("bad.wav", "no sound in here");
    let inputs = "good.wav bad.wav missing.wav better.wav";

    let done = folder.run(&format!("predict {} {inputs}", model()));
    assert_eq!(done.code, 1);
    let errors: Vec<&str> = done.stderr.lines().collect();
    assert!(
        errors[0].starts_with("error: bad.wav: not an audio file"),
        "{errors:?}"
    );
    assert_eq!(errors[1], "error: missing.wav: no such file");
    assert_eq!(errors.len(), 2);
    assert_eq!(done.stdout.lines().count(), 3);

    let done = folder.run(&format!("predict {} --json {inputs}", model()));
    assert_eq!(done.code, 1);
    assert_eq!(
        paths(&done),
        ["good.wav", "bad.wav", "missing.wav", "better.wav"]
    );
    let rows = done.json();
    assert_eq!(rows[2]["error"], "no such file");
    assert_eq!(rows[2].get("label"), None);
    assert_eq!(done.stderr, "");
}

#[test]
fn nothing_readable_exits_2() {
    let folder = Folder::new();
    folder.write("bad.wav", "no sound in here");
    folder.write("empty/readme.txt", "nor here");
    let error = folder.refuse(&format!("predict {} bad.wav missing.wav empty", model()));
    assert!(
        error.contains("empty: no audio files in this folder"),
        "{error}"
    );
}

#[test]
fn a_folder_is_read_recursively_in_the_order_of_names() {
    let folder = Folder::new();
    for name in ["in/b/2.wav", "in/b/1.WAV", "in/a.wav", "in/c.wav"] {
        folder.wav(name, 300.0, 0.3);
    }
    folder.write("in/notes.txt", "not a recording");
    folder.write("in/._a.wav", "a companion of macOS");
    folder.wav("sounds.wav", 300.0, 0.3);
    fs::rename(folder.path("sounds.wav"), folder.path("in/d.wave")).unwrap();
    let done = folder.succeed(&format!("predict {} --json in", model()));
    assert_eq!(
        paths(&done),
        [
            "in/a.wav",
            "in/b/1.WAV",
            "in/b/2.wav",
            "in/c.wav",
            "in/d.wave"
        ]
    );
}

#[cfg(unix)]
#[test]
fn a_link_to_its_own_folder_does_not_loop() {
    let folder = Folder::new();
    folder.wav("in/a.wav", 300.0, 0.3);
    std::os::unix::fs::symlink(".", folder.path("in/again")).unwrap();
    let done = folder.succeed(&format!("predict {} --json in", model()));
    assert_eq!(paths(&done), ["in/a.wav"]);
}

#[test]
fn a_hyphen_reads_stdin() {
    let folder = Folder::new();
    folder.wav("a.wav", 300.0, 0.5);
    let mut child = folder
        .command(&format!("predict {} --json -", model()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(&wav(300.0, 0.5))
        .unwrap();
    let done = Done::from(child.wait_with_output().unwrap());
    assert_eq!(done.code, 0);
    let from_file = folder.succeed(&format!("predict {} --json a.wav", model()));
    assert_eq!(done.json()[0]["path"], "-");
    assert_eq!(
        done.json()[0]["probabilities"],
        from_file.json()[0]["probabilities"]
    );
}

#[test]
fn a_recording_has_the_same_prediction_alone_and_among_others() {
    let folder = Folder::new();
    for number in 0..12 {
        folder.wav(
            &format!("in/{number:02}.wav"),
            150.0 + 70.0 * f64::from(number),
            0.7,
        );
    }
    let all = folder.succeed(&format!("predict {} --json in", model()));
    assert_eq!(all.stdout.lines().count(), 12);
    for number in [0, 5, 11] {
        let one = folder.succeed(&format!("predict {} --json in/{number:02}.wav", model()));
        assert_eq!(
            one.stdout.trim_end(),
            all.stdout.lines().nth(number).unwrap()
        );
    }
}

#[test]
fn recordings_longer_than_max_seconds_are_refused() {
    let folder = Folder::new();
    folder.wav("long.wav", 300.0, 1.5);
    let error = folder.refuse(&format!("predict {} --max-seconds 1 long.wav", model()));
    assert!(
        error.contains("long.wav: longer than the limit of 1 s"),
        "{error}"
    );
}

#[test]
fn a_run_serves_as_a_model() {
    let folder = Folder::new();
    folder.wav("a.wav", 300.0, 0.5);
    folder.succeed(&format!(
        "predict --model {} a.wav",
        trained_run().display()
    ));
}

#[test]
fn a_folder_without_a_model_is_refused() {
    let folder = Folder::new();
    folder.wav("a.wav", 300.0, 0.5);
    let error = folder.refuse("predict --model nowhere a.wav");
    assert!(error.contains("nowhere: no model here"), "{error}");
    folder.write("broken/config.json", "{}");
    folder.write("broken/model.safetensors", "");
    let error = folder.refuse("predict --model broken a.wav");
    assert!(error.contains("broken/config.json"), "{error}");
}

#[cfg(not(feature = "cuda"))]
#[test]
fn a_device_that_was_not_built_in_is_refused() {
    let folder = Folder::new();
    folder.wav("a.wav", 300.0, 0.5);
    let error = folder.refuse(&format!("predict {} --device cuda a.wav", model()));
    assert!(error.contains("--features cuda"), "{error}");
}

#[test]
fn a_closed_stdout_causes_no_panic() {
    let folder = Folder::new();
    for number in 0..40 {
        folder.wav(&format!("in/{number:02}.wav"), 200.0, 0.3);
    }
    let mut child = folder
        .command(&format!("predict {} in", model()))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let done = Done::from(child.wait_with_output().unwrap());
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
}

#[cfg(feature = "embedded")]
#[test]
fn the_built_in_model_needs_no_files() {
    let folder = Folder::new();
    let speech = concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples/neutral.flac");
    let done = folder.succeed(&format!("predict --json {speech}"));
    assert_eq!(
        done.json()[0]["probabilities"].as_object().unwrap().len(),
        7
    );
}

#[cfg(not(feature = "embedded"))]
#[test]
fn without_a_built_in_model_one_is_required() {
    let folder = Folder::new();
    folder.wav("a.wav", 300.0, 1.0);
    assert!(folder.refuse("predict a.wav").contains("give --model DIR"));
}

#[test]
fn a_panic_of_a_decoder_is_only_an_error_of_the_file() {
    let folder = Folder::new();
    let fixtures = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../undertone-audio/tests/fixtures"
    );
    let mut ogg = std::fs::read(format!("{fixtures}/tone.ogg")).unwrap();
    // Symphonia 0.6.1 panics on this Vorbis codebook. The other bytes are the checksum of its page.
    for (at, byte) in [(80, 171), (81, 133), (82, 152), (83, 99), (1177, 161)] {
        ogg[at] = byte;
    }
    folder.write("damaged.ogg", ogg);
    let done = folder
        .command(&format!("predict {} damaged.ogg", model()))
        .env("RUST_BACKTRACE", "1")
        .output()
        .unwrap();
    let done = Done::from(done);
    assert_eq!(done.code, 2, "{}", done.stderr);
    assert!(
        done.stderr.contains("the decoder gave up"),
        "{}",
        done.stderr
    );
    assert!(!done.stderr.contains("panicked"), "{}", done.stderr);
    assert_eq!(done.stderr.lines().count(), 1, "{}", done.stderr);
}
