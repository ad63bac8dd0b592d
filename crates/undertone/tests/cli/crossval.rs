use serde_json::Value;

use crate::support::Folder;

const CROSSVAL: &str = "crossval tiny.toml --corpus corpus --set training.epochs=1";

#[test]
fn all_folds_are_trained_for_each_seed() {
    let folder = Folder::with_corpus();
    let done = folder.succeed(&format!(
        "{CROSSVAL} --protocol speakers --seeds 1,2 --out run"
    ));
    let report: Value = serde_json::from_slice(&folder.read("run/report.json")).unwrap();
    assert_eq!(report["folds"].as_array().unwrap().len(), 4);
    assert_eq!(report["pooled"]["n"], 96);
    assert!(
        done.stdout.starts_with(
            String::from_utf8(folder.read("run/report.txt"))
                .unwrap()
                .trim_end()
        )
    );
    assert!(!folder.path("run/model").exists());
    assert!(done.stderr.contains("(4 of 4)"), "{}", done.stderr);

    let error = folder.refuse("evaluate run --corpus corpus --protocol speakers");
    assert!(error.contains("checkpoints/best"), "{error}");
    let again = folder.succeed(&format!(
        "{CROSSVAL} --protocol speakers --seeds 1,2 --out run --resume"
    ));
    assert_eq!(again.stdout, done.stdout);
}

#[test]
fn a_single_seed_becomes_the_recipe_s() {
    let folder = Folder::with_corpus();
    folder.succeed(&format!(
        "{CROSSVAL} --protocol speakers --seeds 1 --out run"
    ));
    let error = folder.refuse(&format!(
        "{CROSSVAL} --protocol speakers --seeds 2 --out run --resume"
    ));
    assert!(error.contains("another recipe"), "{error}");
}

#[test]
fn contradictory_options_are_refused() {
    let folder = Folder::with_corpus();
    let error = folder.refuse(&format!("{CROSSVAL} --protocol full --out run"));
    assert!(error.contains("holds nothing back"), "{error}");
    let error = folder.refuse(&format!("{CROSSVAL} --seeds 1,1 --out run"));
    assert!(error.contains("twice"), "{error}");
    assert!(!folder.path("run").exists());
}
