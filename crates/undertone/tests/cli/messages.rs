//! Mistakes in files are told in words of the file, not of the program.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Folder, trained_run};

/// Names of Rust that no reader of a message knows.
const RUST: [&str; 10] = [
    "usize",
    "u64",
    "u32",
    "f32",
    "f64",
    "struct",
    "enum",
    "invalid type",
    "variant",
    "sequence",
];

/// Make a copy of the small model with another `config.json` and `model.safetensors`.
fn changed(folder: &Folder, name: &str, change: impl Fn(&mut Value)) {
    for entry in fs::read_dir(trained_run().join("model")).unwrap() {
        let entry = entry.unwrap();
        let file = entry.file_name().into_string().unwrap();
        folder.write(&format!("{name}/{file}"), fs::read(entry.path()).unwrap());
    }
    let path = format!("{name}/config.json");
    let mut config: Value = serde_json::from_slice(&folder.read(&path)).unwrap();
    change(&mut config);
    folder.write(&path, config.to_string());
}

fn assert_plain(error: &str, words: &str) {
    assert!(error.contains(words), "{words}: {error}");
    for rust in RUST {
        assert!(!error.contains(rust), "{rust}: {error}");
    }
}

#[test]
fn a_wrong_value_in_a_model_is_told_in_plain_words() {
    let folder = Folder::new();
    folder.wav("clip.wav", 300.0, 0.5);
    let cases: [(&str, Value, &str); 8] = [
        (
            "/front_end/n_fft",
            json!(-5),
            "expected a whole number, 0 or more, found the number -5",
        ),
        ("/front_end/n_fft", json!("many"), "found the text \"many\""),
        (
            "/front_end/level",
            json!("x"),
            "expected a number, found the text",
        ),
        (
            "/front_end/trim",
            json!("yes"),
            "expected true, false or a table",
        ),
        ("/network", json!("x"), "expected a table, found the text"),
        ("/labels", json!({"a": 1}), "expected a list, found a table"),
        (
            "/provenance",
            json!(null),
            "expected a table, found nothing",
        ),
        (
            "/front_end/inputs",
            json!(["pitch"]),
            "unknown value `pitch`",
        ),
    ];
    for (place, value, words) in cases {
        changed(&folder, "mine", |config| match config.pointer_mut(place) {
            Some(found) => *found = value.clone(),
            None => config["front_end"]["level"] = value.clone(),
        });
        assert_plain(&folder.refuse("predict --model mine clip.wav"), words);
    }
}

#[test]
fn a_wrong_value_in_a_recipe_is_told_in_plain_words() {
    let folder = Folder::with_corpus();
    for (text, words) in [
        (
            "seed = \"a\"",
            "expected a whole number, 0 or more, found the text \"a\"",
        ),
        ("front_end = 3", "expected a table, found the number 3"),
        (
            "[training]\nepochs = 1.5",
            "expected a whole number, 0 or more, found the number 1.5",
        ),
        ("[training]\nschedule = \"cosine\"", "expected a table"),
        ("[front_end]\ntrim = 4", "expected true, false or a table"),
        ("balance = 3", "expected a list, found the number 3"),
        ("[protocol]\nname = \"x\"", "unknown value `x`"),
    ] {
        folder.write("bad.toml", format!("name = \"t\"\n{text}\n"));
        assert_plain(
            &folder.refuse("train bad.toml --corpus corpus --out run"),
            words,
        );
        assert!(!folder.path("run").exists());
    }
}

#[test]
fn empty_files_and_pointers_of_git_lfs_are_named_as_such() {
    let folder = Folder::with_corpus();
    folder.wav("clip.wav", 300.0, 0.5);
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 12345\n";
    for (content, words) in [("", "the file is empty"), (pointer, "git lfs pull")] {
        for file in ["config.json", "model.safetensors"] {
            changed(&folder, "mine", |_| ());
            folder.write(&format!("mine/{file}"), content);
            let error = folder.refuse("predict --model mine clip.wav");
            assert!(
                error.contains(words) && error.contains(file),
                "{file}: {error}"
            );
        }
        folder.write("clip.flac", content);
        let error = folder.refuse("predict clip.flac");
        assert!(error.contains(words), "{error}");
    }
    folder.write("bad.toml", "");
    let error = folder.refuse("train bad.toml --corpus corpus --out run");
    assert!(error.contains("bad.toml: the file is empty"), "{error}");
}

#[test]
fn a_recording_may_have_a_name_like_an_option() {
    let folder = Folder::new();
    folder.wav("-dash.wav", 300.0, 0.5);
    for path in ["./-dash.wav", "-- -dash.wav"] {
        folder.succeed(&format!("predict --json {path}"));
    }
    folder.succeed("features --kind mel --out x.npz ./-dash.wav");
}

#[test]
fn a_start_that_fails_does_not_block_the_next() {
    let folder = Folder::with_corpus();
    let failing = "train tiny.toml --corpus corpus --out run --max-seconds 0.1";
    let error = folder.refuse(failing);
    assert!(
        error.contains("no clip of the corpus can be read"),
        "{error}"
    );
    assert!(!folder.path("run").exists());
    let tiny = String::from_utf8(folder.read("tiny.toml")).unwrap();
    folder.write("tiny.toml", tiny.replace("epochs = 3", "epochs = 2"));
    folder.succeed("train tiny.toml --corpus corpus --out run");
    // A run that has trained is kept.
    let error = folder.refuse("train tiny.toml --corpus corpus --out run");
    assert!(error.contains("--resume"), "{error}");
}
