//! Several corpora, foreign labels, segments, and evaluation across corpora.

use serde_json::Value;

use crate::support::{Folder, trained_run};

/// A folder with the corpus of [`Folder::with_corpus`] and two manifests of other corpora: `berlin`
/// has one emotion that no scheme knows, `rome` has two speakers only.
fn folder() -> Folder {
    let folder = Folder::with_corpus();
    let emotions = ["anger", "boredom", "happiness", "neutral", "sadness"];
    let mut berlin = String::from("file,label,speaker_id\n");
    for speaker in 3..7 {
        for (index, emotion) in emotions.iter().enumerate() {
            let name = format!("wav/{speaker:02}-{emotion}.wav");
            let hz = 150.0 * (index + 1) as f64 + 11.0 * f64::from(speaker);
            folder.wav(&format!("berlin/{name}"), hz, 0.5);
            berlin += &format!("{name},{emotion},{speaker:02}\n");
        }
    }
    folder.write("berlin/berlin.csv", berlin);
    let mut rome = String::from("path;emotion;speaker;start;end\n");
    for (speaker, hz) in [("f1", 220.0), ("m1", 110.0)] {
        folder.wav(&format!("rome/{speaker}.wav"), hz, 2.0);
        for (index, emotion) in ["HAP", "SAD", "ANG", "NEU"].iter().enumerate() {
            let start = 0.5 * index as f64;
            rome += &format!(
                "{speaker}.wav;{emotion};{speaker};{start};{}\n",
                start + 0.5
            );
        }
    }
    folder.write("rome/rome.csv", rome);
    folder
}

const BERLIN: &str = "berlin/berlin.csv";
const ROME: &str = "rome/rome.csv";

#[test]
fn every_clip_of_a_foreign_corpus_is_evaluated() {
    let folder = folder();
    let run = trained_run().display();
    let done = folder.succeed(&format!("evaluate {run} --corpus {BERLIN} --json"));
    let report = &done.json()[0];
    assert_eq!(report["pooled"]["n"], 16, "all but boredom");
    assert!(done.stderr.contains("bored 4"), "{}", done.stderr);
    assert_eq!(report["left_out"]["bored"], 4);
    let protocol = report["protocol"].as_str().unwrap();
    assert!(protocol.starts_with("all "), "{protocol}");
    assert_eq!(report["folds"][0]["leakage"]["speakers_on_both_sides"], 0);
}

#[test]
fn two_speakers_and_their_segments_are_evaluated() {
    let folder = folder();
    let run = trained_run().display();
    let done = folder.succeed(&format!("evaluate {run} --corpus {ROME} --out clips.csv"));
    assert!(done.stdout.contains("too narrow"), "{}", done.stdout);
    let clips = String::from_utf8(folder.read("clips.csv")).unwrap();
    assert_eq!(clips.lines().count(), 9);
    assert!(clips.contains("m1.wav [0.5-1],"), "{clips}");
}

#[test]
fn one_speaker_and_clips_without_a_speaker_are_evaluated() {
    let folder = folder();
    let run = trained_run().display();
    folder.write("rome/one.csv", "path,emotion,speaker\nf1.wav,happy,f1\n");
    folder.succeed(&format!("evaluate {run} --corpus rome/one.csv"));
    folder.write(
        "rome/nobody.csv",
        "path,emotion\nf1.wav,happy\nm1.wav,sad\n",
    );
    folder.succeed(&format!("evaluate {run} --corpus rome/nobody.csv"));
    let refused = folder.refuse(&format!(
        "evaluate {run} --corpus rome/nobody.csv --protocol speakers"
    ));
    assert!(refused.contains("no speaker"), "{refused}");
    let done = folder.succeed(&format!("evaluate {run} --corpus rome/nobody.csv --json"));
    let report = &done.json()[0];
    assert_eq!(report["pooled"]["bootstrap"]["unit"], "clips");
    assert_eq!(report["pooled"]["by_speaker"], serde_json::json!([]));
    assert_eq!(
        report["folds"][0]["leakage"]["test_clips_without_speaker"],
        2
    );
}

#[test]
fn a_folder_gets_a_page_with_scores_by_corpus_and_all_predictions() {
    let folder = folder();
    let run = trained_run().display();
    let arguments = format!("evaluate {run} --corpus {BERLIN} --corpus {ROME} --out evaluated");
    let done = folder.succeed(&arguments);
    assert!(done.stdout.contains("by corpus"), "{}", done.stdout);
    let page = String::from_utf8(folder.read("evaluated/index.html")).unwrap();
    for words in [
        "Corpora",
        "mean of corpora",
        "Calibration",
        "Most confident errors",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(page.contains("data:audio/flac"), "mistakes can be heard");
    let clips: Value = serde_json::from_slice(&folder.read("evaluated/clips.json")).unwrap();
    assert_eq!(clips.as_array().unwrap().len(), 24);
    let table = String::from_utf8(folder.read("evaluated/clips.csv")).unwrap();
    assert!(
        table.contains("berlin/03"),
        "speakers are named by corpus: {table}"
    );
    assert!(folder.refuse(&arguments).contains("--force"));
    folder.succeed(&format!("{arguments} --force"));
}

#[test]
fn a_robustness_table_has_a_row_for_each_condition() {
    let folder = folder();
    let run = trained_run().display();
    let done = folder.succeed(&format!(
        "evaluate {run} --corpus {BERLIN} --robustness --json --out table.csv"
    ));
    let table = &done.json()[0];
    assert_eq!(table["rows"].as_array().unwrap().len(), 8);
    assert_eq!(table["rows"][0]["condition"], "clean");
    assert_eq!(table["rows"][0]["uar_drop"], 0.0);
    assert_eq!(table["left_out"], 0);
    let csv = String::from_utf8(folder.read("table.csv")).unwrap();
    assert_eq!(csv.lines().count(), 9);
    assert!(
        csv.lines().next().unwrap().ends_with("ece,uar_drop"),
        "{csv}"
    );
    let folder_out = format!("evaluate {run} --corpus {BERLIN} --robustness --out table");
    assert!(folder.refuse(&folder_out).contains("FILE.csv"));
}

#[test]
fn a_corpus_is_left_out_in_each_fold() {
    let folder = folder();
    let done = folder.succeed(&format!(
        "crossval tiny.toml --corpus corpus --corpus {BERLIN} --protocol corpora --out run \
         --set training.epochs=1"
    ));
    assert!(done.stdout.contains("without-berlin"), "{}", done.stdout);
    let report: Value = serde_json::from_slice(&folder.read("run/report.json")).unwrap();
    assert_eq!(report["folds"].as_array().unwrap().len(), 2);
    for fold in report["folds"].as_array().unwrap() {
        assert_eq!(fold["leakage"]["speakers_on_both_sides"], 0);
    }
    let one = folder.refuse("crossval tiny.toml --corpus corpus --protocol corpora --out one");
    assert!(one.contains("give several corpora"), "{one}");
}

#[test]
fn a_matrix_trains_on_each_corpus_and_tests_on_all() {
    let folder = folder();
    folder.succeed(&format!(
        "crossval tiny.toml --corpus corpus --corpus {BERLIN} --protocol matrix --out run \
         --set training.epochs=1"
    ));
    let page = String::from_utf8(folder.read("run/report/index.html")).unwrap();
    assert!(page.contains("UAR by training and test corpus"));
    assert!(folder.path("run/folds/on-berlin").is_dir());
    assert!(
        folder
            .path("run/report/figures/uar-by-training-and-test-corpus.svg")
            .is_file()
    );
}

#[test]
fn a_model_is_trained_on_the_labels_of_its_corpus() {
    let folder = folder();
    folder.succeed(&format!(
        "train tiny.toml --corpus {BERLIN} --out run --set label_scheme=corpus \
         --set training.epochs=1 --protocol speakers"
    ));
    let config: Value = serde_json::from_slice(&folder.read("run/model/config.json")).unwrap();
    let labels = ["neutral", "happy", "sad", "angry", "bored"];
    assert_eq!(config["labels"], serde_json::json!(labels));
    let done = folder.succeed("predict --model run berlin/wav/03-anger.wav --json");
    assert!(done.json()[0]["probabilities"]["bored"].is_number());
}

#[test]
fn a_corpus_without_a_common_class_is_refused() {
    let folder = folder();
    folder.write("rome/odd.csv", "path,emotion,speaker\nf1.wav,bored,f1\n");
    let run = trained_run().display();
    let error = folder.refuse(&format!("evaluate {run} --corpus rome/odd.csv"));
    assert!(
        error.contains("no clip of the corpus has a class of sentiment3"),
        "{error}"
    );
    assert!(error.contains("bored"), "{error}");
}

#[test]
fn classes_without_a_clip_are_reported_and_one_class_is_refused() {
    let folder = folder();
    let train = format!("train tiny.toml --corpus {BERLIN} --set training.epochs=1");
    let done = folder.succeed(&format!("{train} --set label_scheme=emotion7 --out run"));
    let warning = "no clip of the corpus is of the class fearful, disgust, surprised";
    assert!(done.stderr.contains(warning), "{}", done.stderr);
    let scheme = r#"label_scheme={classes={good=["happy"],bad=["ashamed"]}}"#;
    let error = folder.refuse(&format!("{train} --set {scheme} --out none"));
    assert!(
        error.contains("all clips are of one class, good"),
        "{error}"
    );
}

#[test]
fn an_evaluation_replaces_neither_its_corpus_nor_a_file_without_force() {
    let folder = folder();
    let run = trained_run().display();
    let own = folder.refuse(&format!(
        "evaluate {run} --corpus {BERLIN} --out {BERLIN} --force"
    ));
    assert!(own.contains("this is the corpus"), "{own}");
    folder.write("clips.csv", "mine");
    let refused = folder.refuse(&format!("evaluate {run} --corpus {BERLIN} --out clips.csv"));
    assert!(refused.contains("--force"), "{refused}");
    assert_eq!(folder.read("clips.csv"), b"mine");
}

#[test]
fn clips_that_cannot_be_read_are_counted_in_the_report() {
    let folder = folder();
    let run = trained_run().display();
    folder.write(
        "rome/cut.csv",
        "path,start,end,emotion\nf1.wav,0,1,happy\nm1.wav,8,9,sad\n",
    );
    let done = folder.run(&format!("evaluate {run} --corpus rome/cut.csv --json"));
    assert_eq!(
        (done.code, &done.json()[0]["unreadable"]),
        (1, &serde_json::json!(1))
    );
}
