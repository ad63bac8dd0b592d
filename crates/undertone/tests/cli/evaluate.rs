use serde_json::Value;

use crate::support::{Folder, trained_run};

#[test]
fn a_run_is_evaluated_on_its_own_test_set() {
    let folder = Folder::with_corpus();
    let trained: Value =
        serde_json::from_slice(&std::fs::read(trained_run().join("report.json")).unwrap()).unwrap();
    let run = trained_run().display();
    let arguments = format!("evaluate {run} --corpus corpus --protocol holdout");
    let done = folder.succeed(&format!("{arguments} --json --out evaluated.json"));
    let evaluated = &done.json()[0];
    assert_eq!(evaluated["pooled"]["n"], trained["pooled"]["n"]);
    assert_eq!(
        evaluated["pooled"]["confusion"],
        trained["pooled"]["confusion"]
    );
    let file: Value = serde_json::from_slice(&folder.read("evaluated.json")).unwrap();
    assert_eq!(&file, evaluated);
    let text = folder.succeed(&arguments).stdout;
    assert!(text.contains("holdout") && text.contains("UAR"), "{text}");
}

#[test]
fn a_fold_of_another_protocol_can_be_chosen() {
    let folder = Folder::with_corpus();
    let model = trained_run().join("model");
    let done = folder.succeed(&format!(
        "evaluate {} --corpus corpus --protocol speakers --fold 2 --seed 1 --json",
        model.display()
    ));
    assert_eq!(done.json()[0]["folds"].as_array().unwrap().len(), 1);
}

#[test]
fn impossible_evaluations_are_refused() {
    let folder = Folder::with_corpus();
    let run = trained_run().display();
    for (arguments, words) in [
        (
            "nowhere --corpus corpus --protocol holdout".to_owned(),
            "nowhere: no model here",
        ),
        (
            format!("{run} --corpus nowhere --protocol holdout"),
            "nowhere: no such folder",
        ),
        (
            format!("{run} --corpus corpus --protocol full"),
            "holds nothing back",
        ),
        (
            format!("{run} --corpus corpus --protocol holdout --fold 7"),
            "there is no fold 7",
        ),
        (
            format!("{run} --corpus corpus --protocol holdout --out no/x.json"),
            "no/x.json",
        ),
    ] {
        let error = folder.refuse(&format!("evaluate {arguments}"));
        assert!(error.contains(words), "{arguments}: {error}");
    }
}
