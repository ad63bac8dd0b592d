//! The formats of answers, and the files that they are written to.

use serde_json::Value;

use crate::adapting_model::{deaf, hearing};
use crate::schema::violations;
use crate::support::{Folder, model, trained_run};

/// A folder with a recording, a silent one, and one that is damaged.
fn recordings() -> Folder {
    let folder = Folder::new();
    folder.wav("a.wav", 300.0, 1.2);
    folder.wav("b, \"c\".wav", 400.0, 0.3);
    folder.write("damaged.wav", "no sound in here");
    folder
}

/// Return the rows of a CSV file, the names of the columns first.
fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let row = |record: csv::StringRecord| record.iter().map(str::to_owned).collect();
    reader
        .records()
        .map(|record| row(record.unwrap()))
        .collect()
}

/// Return the value of a column in a row.
fn value<'a>(rows: &'a [Vec<String>], row: usize, column: &str) -> &'a str {
    let index = rows[0].iter().position(|name| name == column);
    &rows[row][index.unwrap_or_else(|| panic!("{column}: {:?}", rows[0]))]
}

#[test]
fn the_json_is_as_the_schema_says() {
    let folder = recordings();
    let schema: Value = serde_json::from_str(&folder.succeed("schema").stdout).unwrap();
    for model in [model(), hearing(), deaf()] {
        for options in [
            "",
            "--timeline",
            "--scheme sentiment3",
            "--timeline --adapt",
        ] {
            if options.contains("adapt") && model == crate::support::model() {
                continue;
            }
            let arguments = format!("predict {model} {options} --json a.wav damaged.wav");
            let answers = folder.run(&arguments).json();
            assert_eq!(answers.len(), 2, "{arguments}");
            for (answer, shape) in answers.iter().zip(["Answer", "Failure"]) {
                let found = violations(&schema, &format!("/$defs/{shape}"), answer);
                assert!(found.is_empty(), "{arguments}: {found:#?}");
                assert!(violations(&schema, "", answer).is_empty(), "{arguments}");
            }
            let version = answers[0]["model"]["version"].as_str().unwrap();
            assert_eq!(version.len(), 12);
        }
    }
}

#[test]
fn csv_has_a_row_for_each_recording() {
    let folder = recordings();
    let inputs = "a.wav damaged.wav";
    let done = folder.run(&format!("predict {} --format csv {inputs}", hearing()));
    let answer = &folder
        .succeed(&format!("predict {} --json a.wav", hearing()))
        .json()[0];
    assert_eq!(done.code, 1);
    assert!(done.stderr.contains("damaged.wav"), "{}", done.stderr);
    let rows = rows(&done.stdout);
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0][..3], ["path", "label", "confidence"]);
    assert_eq!(value(&rows, 1, "path"), "a.wav");
    assert_eq!(value(&rows, 1, "label"), answer["label"].as_str().unwrap());
    for (column, field, name) in [
        ("p_happy", "probabilities", "happy"),
        ("sum_negative", "sums", "negative"),
    ] {
        let found: f64 = value(&rows, 1, column).parse().unwrap();
        assert!((found - answer[field][name].as_f64().unwrap()).abs() < 1e-6);
    }
    assert_eq!(value(&rows, 1, "seconds"), "1.2");
    assert_eq!(value(&rows, 1, "speech"), "true");
    assert_eq!(value(&rows, 2, "path"), "damaged.wav");
    assert!(value(&rows, 2, "error").starts_with("not an audio file"));
    assert_eq!(value(&rows, 2, "label"), "");
}

#[test]
fn csv_with_a_timeline_has_a_row_for_each_segment() {
    let folder = recordings();
    let arguments = format!("predict {} --timeline a.wav", deaf());
    let rows = rows(&folder.succeed(&format!("{arguments} --format csv")).stdout);
    let answer = &folder.succeed(&format!("{arguments} --json")).json()[0];
    let segments = answer["segments"].as_array().unwrap();
    assert_eq!(answer["segmentation"], "windows");
    assert_eq!(rows.len(), 1 + segments.len());
    for (index, segment) in segments.iter().enumerate() {
        let start: f64 = value(&rows, 1 + index, "start").parse().unwrap();
        assert_eq!(Some(start), segment["start"].as_f64());
        assert_eq!(value(&rows, 1 + index, "speech"), "false");
        assert_eq!(value(&rows, 1 + index, "warnings"), "no-speech");
    }
}

#[test]
fn the_ending_of_a_file_says_its_format() {
    let folder = recordings();
    let predict = format!("predict {} a.wav", model());
    for (file, begins) in [
        ("a.json", "{\"path\":\"a.wav\""),
        ("a.csv", "path,label,"),
        ("a.txt", "file "),
    ] {
        let done = folder.succeed(&format!("{predict} --out {file}"));
        assert_eq!(done.stdout, "");
        let text = String::from_utf8(folder.read(file)).unwrap();
        assert!(text.starts_with(begins), "{file}: {text}");
    }
    folder.succeed(&format!("{predict} --format csv --out other.name"));
    assert!(folder.read("other.name").starts_with(b"path,"));
}

#[test]
fn an_existing_file_is_replaced_with_force_only() {
    let folder = recordings();
    folder.write("a.csv", "mine");
    let predict = format!("predict {} a.wav --out a.csv", model());
    let error = folder.refuse(&predict);
    assert!(
        error.contains("a.csv: the file exists; --force replaces it"),
        "{error}"
    );
    assert_eq!(folder.read("a.csv"), b"mine");
    folder.succeed(&format!("{predict} --force"));
    assert!(folder.read("a.csv").starts_with(b"path,"));
    let error = folder.refuse(&format!("predict {} a.wav --out nowhere/a.csv", model()));
    assert!(error.contains("cannot write nowhere/a.csv"), "{error}");
    let left = std::fs::read_dir(folder.path("")).unwrap();
    let left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(
        left.into_iter()
            .all(|name| !name.starts_with(".undertone-"))
    );
}

#[test]
fn two_programs_that_write_one_file_lose_nothing() {
    let folder = recordings();
    let predict = format!("predict {} a.wav --out both.csv", model());
    let programs = [&predict, &predict].map(|arguments| {
        let mut command = folder.command(arguments);
        command
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap()
    });
    let ended = programs.map(|it| it.wait_with_output().unwrap());
    let codes = ended.iter().map(|it| it.status.code().unwrap());
    assert!(codes.clone().any(|code| code == 0));
    assert_eq!(
        rows(&String::from_utf8(folder.read("both.csv")).unwrap()).len(),
        2
    );
    for (code, ended) in codes.zip(&ended) {
        let error = String::from_utf8_lossy(&ended.stderr);
        // The slower one finds the file when it begins or when it ends.
        assert!(code == 0 || error.contains("both.csv"), "{error}");
    }
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_files_are_whole() {
    let folder = recordings();
    folder.run(&format!(
        "predict {} a.wav damaged.wav --out a.parquet",
        model()
    ));
    let bytes = folder.read("a.parquet");
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
}

#[test]
fn evaluations_have_formats_too() {
    let folder = Folder::with_corpus();
    let evaluate = format!(
        "evaluate {} --corpus corpus --protocol holdout",
        trained_run().display()
    );
    let printed = folder.succeed(&format!("{evaluate} --format csv")).stdout;
    assert!(printed.starts_with("clip,corpus,speaker,gender,true,predicted,"));
    let done = folder.succeed(&format!("{evaluate} --format csv --out clips.data"));
    assert!(done.stdout.contains("UAR"), "{}", done.stdout);
    assert_eq!(folder.read("clips.data"), printed.as_bytes());
    let error = folder.refuse(&format!("{evaluate} --out clips.data --format json"));
    assert!(error.contains("--force"), "{error}");
}
