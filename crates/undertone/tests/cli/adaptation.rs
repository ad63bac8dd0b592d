//! Adapting to voices: `predict --adapt`, `--adapt-by` and `--voice`, and `undertone voice`.

use serde_json::{Value, json};

use crate::adapting_model::{deaf, hearing, option};
use crate::support::{Folder, model};

/// Make recordings of two voices in two folders, and a table that names the voices.
fn voices() -> Folder {
    let folder = Folder::new();
    let mut table = String::from("path,who\n");
    for (voice, hz) in [("anna", 200.0), ("bob", 90.0)] {
        for number in 0..4 {
            let name = format!("{voice}/{number}.wav");
            folder.wav(&name, hz * 1.6_f64.powi(number), 0.6);
            table += &format!("{name},{voice}\n");
        }
    }
    folder.write("voices.csv", table);
    folder
}

fn rows(folder: &Folder, arguments: &str) -> Vec<Value> {
    folder
        .succeed(&format!("predict {} --json {arguments}", hearing()))
        .json()
}

/// Check that two results have the same probabilities. Taking a recording out of a profile again
/// rounds.
fn assert_same(one: &Value, other: &Value) {
    let values = |row: &Value| -> Vec<f64> {
        let row = row["probabilities"].as_object().unwrap().values();
        row.map(|it| it.as_f64().unwrap()).collect()
    };
    for (one, other) in values(one).iter().zip(values(other)) {
        assert!((one - other).abs() < 1e-6, "{one} {other}");
    }
}

#[test]
fn each_recording_is_judged_by_the_others() {
    let folder = voices();
    let alone = rows(&folder, "anna");
    let adapted = rows(&folder, "--adapt anna");
    let others = "--voice anna/1.wav --voice anna/2.wav --voice anna/3.wav";
    let by_others = &rows(&folder, &format!("{others} anna/0.wav"))[0];
    assert_same(&adapted[0], by_others);
    assert_eq!(
        adapted[0]["adapted"],
        json!({"recordings": 3, "seconds": 1.8})
    );
    assert_eq!(adapted[0]["adapted"], by_others["adapted"]);
    assert_ne!(adapted[0]["probabilities"], alone[0]["probabilities"]);
    assert_eq!(alone[0].get("adapted"), None);
    // A recording that is among the references does not tell about itself.
    assert_same(&rows(&folder, "--voice anna anna/0.wav")[0], by_others);
    // A file that is named twice is heard once.
    let twice = rows(&folder, "--adapt anna anna/0.wav");
    assert_same(&twice[4], by_others);

    let one = &rows(&folder, "--adapt anna/0.wav")[0];
    assert_same(one, &alone[0]);
    assert_eq!(one["adapted"]["recordings"], 0);
}

#[test]
fn what_was_heard_is_said() {
    let folder = voices();
    let said = |arguments: &str| {
        let done = folder.succeed(&format!("predict {} {arguments}", hearing()));
        done.stderr
    };
    assert_eq!(
        said("--adapt anna"),
        "adapted to a voice: 4 recordings, 2.4 s of speech\n"
    );
    let few = said("--adapt anna/0.wav anna/1.wav");
    assert!(
        few.contains("adapted to a voice: 2 recordings, 1.2 s of speech\n"),
        "{few}"
    );
    assert!(few.contains("warning: fewer than 3 recordings"), "{few}");
    let two = said("--adapt-by folder anna bob/0.wav");
    assert!(
        two.contains("adapted to 2 voices: 5 recordings, 3.0 s of speech\n"),
        "{two}"
    );
    assert!(
        two.contains("1 of 2 voices have fewer than 3 recordings"),
        "{two}"
    );
    let done = folder.succeed(&format!("predict {} --adapt anna", deaf()));
    assert!(
        done.stderr.contains("no voice was heard"),
        "{}",
        done.stderr
    );
}

#[test]
fn folders_and_tables_tell_voices_apart() {
    let folder = voices();
    let anna = rows(&folder, "--adapt anna");
    let bob = rows(&folder, "--adapt bob");
    let expected: Vec<&Value> = anna.iter().chain(&bob).collect();
    for by in [
        "--adapt-by folder",
        "--adapt-by voices.csv --column speaker=who",
    ] {
        let both = rows(&folder, &format!("{by} anna bob"));
        for (row, expected) in both.iter().zip(&expected) {
            assert_same(row, expected);
            assert_eq!(row["adapted"], expected["adapted"]);
        }
    }
    folder.wav("eve.wav", 400.0, 0.6);
    let by = "--adapt-by voices.csv --column speaker=who";
    let done = folder.succeed(&format!("predict {} --json {by} anna eve.wav", hearing()));
    assert_same(&done.json()[4], &rows(&folder, "eve.wav")[0]);
    let unknown = "the voice of 1 recording is not known";
    assert!(done.stderr.contains(unknown), "{}", done.stderr);
    let error = folder.refuse(&format!("predict {} --adapt-by voices.csv anna", hearing()));
    assert!(error.contains("--column speaker=NAME"), "{error}");
}

#[test]
fn a_bad_recording_does_not_stop_the_others() {
    let folder = voices();
    folder.write("anna/bad.wav", "no sound in here");
    let done = folder.run(&format!("predict {} --json --adapt anna", hearing()));
    assert_eq!((done.code, done.json().len()), (1, 5));
    assert_eq!(done.json()[0]["adapted"]["recordings"], 3);
    assert!(done.json()[4]["error"].is_string());
    let done = folder.run(&format!("predict {} --json --voice anna bob", hearing()));
    assert_eq!((done.code, done.json().len()), (1, 4));
    assert!(
        done.stderr
            .contains("error: anna/bad.wav: not an audio file"),
        "{}",
        done.stderr
    );
}

#[test]
fn a_profile_is_written_added_to_and_used() {
    let folder = voices();
    let model = hearing();
    let voice = format!("voice {model} --out anna.json");
    let done = folder.succeed(&format!("{voice} anna/1.wav anna/2.wav anna/2.wav"));
    assert_eq!(done.stdout, "anna.json: 2 recordings, 1.2 s of speech\n");
    assert!(
        done.stderr.contains("fewer than 3 recordings"),
        "{}",
        done.stderr
    );
    let done = folder.succeed(&format!("{voice} --add anna/3.wav"));
    assert_eq!(done.stdout, "anna.json: 3 recordings, 1.8 s of speech\n");
    assert_eq!(done.stderr, "");

    let by_others = &rows(&folder, "--adapt anna")[0];
    let by_profile = &rows(&folder, "--voice anna.json anna/0.wav")[0];
    assert_same(by_profile, by_others);
    assert_eq!(by_profile["adapted"], by_others["adapted"]);
    // A profile and recordings together.
    folder.succeed(&format!("voice {model} --out part.json anna/1.wav"));
    let both = "--voice part.json --voice anna/2.wav --voice anna/3.wav anna/0.wav";
    assert_same(&rows(&folder, both)[0], by_others);
    assert_same(
        &rows(
            &folder,
            "--voice part.json --adapt anna/0.wav anna/2.wav anna/3.wav",
        )[0],
        by_others,
    );

    let error = folder.refuse(&format!("{voice} anna"));
    assert!(error.contains("--force replaces it"), "{error}");
    let done = folder.succeed(&format!("{voice} --force anna"));
    assert!(done.stdout.contains("4 recordings"), "{}", done.stdout);
}

#[test]
fn nothing_is_written_without_speech() {
    let folder = voices();
    let error = folder.refuse(&format!("voice {} --out v.json anna", deaf()));
    assert!(
        error.contains("no speech was heard: v.json is not written"),
        "{error}"
    );
    assert!(!folder.path("v.json").exists());
    let error = folder.refuse(&format!("voice {} --out v.json missing.wav", hearing()));
    assert!(error.contains("missing.wav: no such file"), "{error}");
    let error = folder.refuse(&format!("voice {} --out no/v.json anna", hearing()));
    assert!(error.contains("there is no folder no"), "{error}");
    let error = folder.refuse(&format!(
        "voice {} --out anna/0.wav --force anna",
        hearing()
    ));
    assert!(error.contains("one of the recordings"), "{error}");
}

#[test]
fn profiles_that_do_not_fit_are_refused() {
    let folder = voices();
    folder.succeed(&format!("voice {} --out anna.json anna", hearing()));
    let error = folder.refuse(&format!(
        "predict {} --voice anna.json anna",
        option("renamed")
    ));
    assert!(
        error.contains("anna.json: the voice profile is of the model hearing"),
        "{error}"
    );
    let mut profile: Value = serde_json::from_slice(&folder.read("anna.json")).unwrap();
    profile["scores"] = json!([1.0]);
    folder.write("damaged.json", profile.to_string());
    folder.write("other.json", "{\"name\": 1}");
    for name in ["damaged.json", "other.json", "missing.json"] {
        for arguments in [
            format!("predict {} --voice {name} anna", hearing()),
            format!("voice {} --add --out {name} anna", hearing()),
        ] {
            let error = folder.refuse(&arguments);
            assert!(error.contains(name), "{error}");
        }
    }
    folder.write("second.json", profile.to_string());
    let two = "--voice anna.json --voice second.json";
    let error = folder.refuse(&format!("predict {} {two} anna", hearing()));
    assert!(error.contains("takes one profile"), "{error}");
}

#[test]
fn a_model_that_does_not_adapt_says_so() {
    let folder = voices();
    for option in ["--adapt", "--adapt-by folder", "--voice anna/0.wav"] {
        let error = folder.refuse(&format!("predict {} {option} bob", model()));
        assert!(error.contains("does not adapt to a voice"), "{error}");
    }
    let error = folder.refuse(&format!("voice {} --out v.json bob", model()));
    assert!(error.contains("does not adapt to a voice"), "{error}");
    let error = folder.refuse("predict --adapt --adapt-by folder bob");
    assert!(error.contains("cannot be used with"), "{error}");
    let error = folder.refuse(&format!("predict {} --column speaker=who bob", hearing()));
    assert!(error.contains("--adapt-by"), "{error}");
}
