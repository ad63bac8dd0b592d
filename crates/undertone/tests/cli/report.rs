use std::fs;
use std::path::Path;

use crate::support::{Folder, trained_run};

fn page(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path.as_ref().join("index.html")).unwrap()
}

/// A copy of the run that all tests share, with its page removed.
fn copied_run(folder: &Folder, name: &str) {
    copy(trained_run(), &folder.path(name));
    fs::remove_dir_all(folder.path(name).join("report")).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn training_ends_with_a_page_that_works_offline() {
    let html = page(trained_run().join("report"));
    for words in [
        "protocol holdout",
        "Scores",
        "Training",
        "Calibration",
        "Most confident errors",
        "Environment",
    ] {
        assert!(html.contains(words), "{words}");
    }
    for address in ["http:", "https:", "<script", "<link"] {
        let html = html.replace("http://www.w3.org/2000/svg", "");
        assert!(!html.contains(address), "{address}");
    }
    let figures = trained_run().join("report/figures");
    for name in [
        "loss",
        "accuracy",
        "reliability",
        "uar-by-speaker",
        "what-was-taken-for-what-clips",
    ] {
        for kind in ["svg", "png"] {
            assert!(
                figures.join(format!("{name}.{kind}")).is_file(),
                "{name}.{kind}"
            );
        }
    }
}

#[test]
fn mistakes_have_audio_if_the_corpus_is_there() {
    let folder = Folder::with_corpus();
    copied_run(&folder, "run");
    // The corpus that the shared run remembers is gone.
    folder.succeed("report run");
    let silent = page(folder.path("run/report"));
    assert!(
        !silent.contains("<audio") && silent.contains("--corpus"),
        "no clips and a way to get them"
    );
    folder.succeed("report --corpus corpus run");
    assert!(page(folder.path("run/report")).contains("src=\"data:audio/flac;base64,"));
    let error = folder.refuse("report --corpus nowhere run");
    assert!(error.contains("nowhere"), "{error}");
}

#[test]
fn a_folder_that_is_not_empty_is_not_written_into() {
    let folder = Folder::new();
    copied_run(&folder, "run");
    folder.write("out/mine.txt", "mine");
    let error = folder.refuse("report --out out run");
    assert!(error.contains("--force"), "{error}");
    let done = folder.succeed("report --out out --force run");
    assert_eq!(done.stdout.trim_end(), "out/index.html");
    assert_eq!(folder.read("out/mine.txt"), b"mine");
    folder.write("file", "");
    assert!(
        folder
            .refuse("report --out file --force run")
            .contains("not a folder")
    );
    folder.succeed("report run");
    folder.succeed("report run");
}

#[test]
fn a_rewritten_page_leaves_no_old_figures() {
    let folder = Folder::new();
    copied_run(&folder, "run");
    folder.succeed("report run");
    let figures = folder.path("run/report/figures");
    assert!(figures.join("loss.svg").is_file());
    fs::write(figures.join("mine.svg"), "mine").unwrap();
    fs::remove_file(folder.path("run/folds/holdout/metrics.csv")).unwrap();
    folder.succeed("report run");
    assert!(!figures.join("loss.svg").exists());
    assert!(figures.join("reliability.svg").is_file());
    assert_eq!(folder.read("run/report/figures/mine.svg"), b"mine");
    folder.write("page/index.html", "my own page");
    let error = folder.refuse("report --out page --force run");
    assert!(error.contains("page/index.html"), "{error}");
    assert_eq!(folder.read("page/index.html"), b"my own page");
}

#[test]
fn several_runs_are_compared() {
    let folder = Folder::new();
    copied_run(&folder, "one");
    copied_run(&folder, "two");
    assert!(folder.refuse("report one two").contains("--out"));
    assert!(
        folder
            .refuse("report one ./one --out both")
            .contains("twice")
    );
    folder.succeed("report one two --out both");
    let html = page(folder.path("both"));
    assert!(
        html.contains("Side by side") && html.contains("McNemar"),
        "a comparison"
    );
    assert!(
        html.contains("the two may be equally good"),
        "a run is as good as itself"
    );
    let done = folder.succeed("report --json one two --out both --force");
    let objects = done.json();
    assert_eq!(objects.len(), 3);
    assert_eq!(objects[0]["run"], "one");
    assert_eq!(objects[0]["finished"], true);
    assert_eq!(
        objects[0]["protocol"].as_str().unwrap().split(' ').next(),
        Some("holdout")
    );
    assert_eq!(objects[2]["comparison"]["mcnemar_p"], 1.0);
    assert_eq!(objects[2]["comparison"]["uar_difference_p"], 1.0);
    assert_eq!(objects[2]["judged_repeatedly"], false);
    assert_eq!(objects[2]["comparison"]["uar_difference"]["value"], 0.0);
}

#[test]
fn runs_that_cannot_be_compared_are_shown_with_the_reason() {
    let folder = Folder::with_corpus();
    copied_run(&folder, "one");
    folder.succeed("train tiny.toml --corpus corpus --out two --set label_scheme=emotion8");
    let done = folder.succeed("report --json one two --out both");
    let reason = done.json()[2]["not_comparable"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(reason.contains("different classes"), "{reason}");
    assert!(page(folder.path("both")).contains("one and two: they have different classes"));
    let done = folder.succeed("report --json --scheme sentiment3 one two --out summed");
    let objects = done.json();
    assert_eq!(objects[1]["label_scheme"], "sentiment3");
    assert!(objects[2]["comparison"]["uar_difference"].is_object());
    let finer = folder.refuse("report --scheme emotion8 one --out finer");
    assert!(
        finer.contains("cannot be summed to those of emotion8"),
        "{finer}"
    );
    // A label that was mended.
    copied_run(&folder, "three");
    let outcomes = folder.path("three/folds/holdout/outcomes.json");
    let mut mended: serde_json::Value =
        serde_json::from_slice(&fs::read(&outcomes).unwrap()).unwrap();
    let truth = &mut mended["test"][0]["truth"];
    *truth = ((truth.as_u64().unwrap() + 1) % 3).into();
    fs::write(&outcomes, mended.to_string()).unwrap();
    let done = folder.succeed("report --json one two three --out all");
    let reason = done.json()[4]["not_comparable"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(reason.contains("labeled differently"), "{reason}");
    let html = page(folder.path("all"));
    assert_eq!(html.matches("Runs that cannot be compared").count(), 1);
    assert!(html.contains("one and two; two and three: they have different"));
}

#[test]
fn a_folder_that_is_not_a_run_is_an_error_and_the_others_are_done() {
    let folder = Folder::new();
    copied_run(&folder, "run");
    folder.write("other/notes.txt", "");
    assert!(folder.refuse("report other").contains("holds no run"));
    assert!(folder.refuse("report nowhere").contains("holds no run"));
    let done = folder.run("report --json run other --out out");
    assert_eq!(done.code, 1, "{}", done.stderr);
    assert!(
        done.stderr.contains("other: holds no run"),
        "{}",
        done.stderr
    );
    let objects = done.json();
    assert_eq!(objects[0]["path"], "other");
    assert_eq!(objects[1]["run"], "run");
    assert!(folder.path("out/index.html").is_file());
}

#[test]
fn an_unfinished_run_is_reported_up_to_its_last_epoch() {
    let folder = Folder::with_corpus();
    folder.succeed("crossval tiny.toml --corpus corpus --protocol speakers --out run");
    for name in ["run/report.json", "run/folds/fold-2/outcomes.json"] {
        fs::remove_file(folder.path(name)).unwrap();
    }
    let done = folder.succeed("report --json run");
    let run = &done.json()[0];
    assert_eq!((&run["folds_done"], &run["folds"]), (&1.into(), &2.into()));
    assert_eq!(run["finished"], false);
    let html = page(folder.path("run/report"));
    assert!(
        html.contains("Unfinished: 1 of 2 folds are done"),
        "it says so"
    );
    assert!(html.contains("Loss, fold-2"), "the curves so far");
    fs::remove_file(folder.path("run/folds/fold-1/outcomes.json")).unwrap();
    folder.succeed("report run");
    assert!(page(folder.path("run/report")).contains("There are no results yet"));
}

#[test]
fn a_run_of_an_earlier_version_is_read() {
    let folder = Folder::new();
    copied_run(&folder, "run");
    fs::remove_file(folder.path("run/run.json")).unwrap();
    let done = folder.succeed("report --json run");
    assert_eq!(done.json()[0]["finished"], true);
    assert!(page(folder.path("run/report")).contains("earlier version"));
}

#[test]
fn a_damaged_file_is_an_error_with_its_name() {
    let folder = Folder::new();
    copied_run(&folder, "run");
    folder.write("run/folds/holdout/metrics.csv", "epoch,loss\n1,2\n");
    let done = folder.succeed("report run");
    assert!(done.stderr.contains("metrics.csv"), "{}", done.stderr);
    let html = page(folder.path("run/report"));
    assert!(
        html.contains("curves are missing") && html.contains("Calibration"),
        "the rest is there"
    );
    for name in ["report.json", "folds/holdout/outcomes.json"] {
        folder.write(&format!("run/{name}"), "{");
        let error = folder.refuse("report run");
        assert!(
            error.contains(name) && error.contains("--resume"),
            "{error}"
        );
        fs::remove_file(folder.path(&format!("run/{name}"))).unwrap();
    }
}

#[test]
fn a_page_that_cannot_be_written_does_not_fail_training() {
    let folder = Folder::with_corpus();
    folder.succeed("train tiny.toml --corpus corpus --out run");
    fs::remove_dir_all(folder.path("run/report")).unwrap();
    folder.write("run/report", "a file where the folder should be");
    let done = folder.succeed("train tiny.toml --corpus corpus --out run --resume");
    assert!(
        done.stderr.contains("undertone report run"),
        "{}",
        done.stderr
    );
    assert!(done.stdout.contains("model: run/model"), "{}", done.stdout);
    assert!(!done.stdout.contains("page:"), "{}", done.stdout);
}

#[test]
fn the_view_needs_a_terminal() {
    let folder = Folder::with_corpus();
    let done = folder.succeed("train tiny.toml --corpus corpus --out run --tui");
    assert!(
        done.stderr.contains("--tui needs a terminal"),
        "{}",
        done.stderr
    );
    assert!(done.stderr.contains("epoch   3/3"), "{}", done.stderr);
    assert!(
        folder
            .refuse("train tiny.toml --corpus corpus --out b --tui --json")
            .contains("--json")
    );
}
