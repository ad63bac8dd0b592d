//! Pages of made-up runs.

use std::fs;
use std::path::Path;

use undertone_lab::{FoldPredictions, Recipe, RunRecord};
use undertone_metrics::{ClipPrediction, DimensionPrediction, LeakageSummary};
use undertone_report::{ReportSummary, ReportTask, output_folder, report_page, save_page};

/// A run of a built-in recipe with one fold, in which the model confuses every third clip.
fn run(folder: &Path) -> RunRecord {
    let recipe = Recipe::load("3-optimized".as_ref(), &[]).unwrap();
    let test: Vec<ClipPrediction> = (0..24)
        .map(|clip| {
            let truth = clip % 3;
            let predicted = (truth + usize::from(clip % 9 < 3)) % 3;
            let mut probabilities = vec![0.1; 3];
            probabilities[predicted] = 0.8;
            ClipPrediction {
                corpus: String::new(),
                utterance: format!("{clip}.wav"),
                speaker: format!("speaker-{}", clip / 12),
                gender: Some(["female", "male"][clip / 12].to_owned()),
                truth,
                probabilities,
            }
        })
        .collect();
    let predictions = FoldPredictions {
        adaptation: Vec::new(),
        best_epoch: None,
        leakage: LeakageSummary::default(),
        train: Vec::new(),
        validation: Vec::new(),
        test,
    };
    let fold = folder.join("folds/holdout");
    fs::create_dir_all(&fold).unwrap();
    fs::write(folder.join("recipe.toml"), recipe.to_toml().unwrap()).unwrap();
    let json = serde_json::to_vec(&predictions).unwrap();
    fs::write(fold.join("outcomes.json"), json).unwrap();
    RunRecord::read(folder).unwrap()
}

#[test]
fn a_run_becomes_a_page_with_figures() {
    let folder = tempfile::tempdir().unwrap();
    let records = [run(&folder.path().join("run"))];
    let summary = ReportSummary::new(&records).unwrap();
    let page = report_page(&records, &summary, None).unwrap();
    let output = output_folder(&folder.path().join("page"), false).unwrap();
    let html = fs::read_to_string(save_page(&page, output).unwrap()).unwrap();
    for words in [
        "Scores",
        "Calibration",
        "Most confident errors",
        "0.wav",
        "UAR by speaker",
    ] {
        assert!(html.contains(words), "{words}");
    }
    assert!(folder.path().join("page/figures/reliability.png").is_file());
}

#[test]
fn two_equal_runs_may_be_equally_good() {
    let folder = tempfile::tempdir().unwrap();
    let records = ["one", "two"].map(|name| run(&folder.path().join(name)));
    let summary = ReportSummary::new(&records).unwrap();
    assert_eq!(summary.comparisons.len(), 1);
    let compared = summary.comparisons[0].comparison.as_ref().unwrap();
    assert_eq!((compared.clips, compared.mcnemar_p), (24, 1.0));
    let html = report_page(&records, &summary, None)
        .unwrap()
        .html()
        .unwrap();
    assert!(html.contains("the two may be equally good"));
}

#[test]
fn a_run_of_dimensions_becomes_a_page_with_scatter_plots() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let fold = run.join("folds/fold-1");
    fs::create_dir_all(&fold).unwrap();
    let recipe = include_str!("../../../recipes/3-optimized.toml")
        .replace(
            "label_scheme = \"sentiment3\"",
            "dimensions = [\"arousal\"]",
        )
        .replace("label_smoothing = 0.1\n", "")
        .replace("class_weights = true\n", "");
    let recipe = Recipe::parse(&recipe, "recipe", &[]).unwrap();
    fs::write(run.join("recipe.toml"), recipe.to_toml().unwrap()).unwrap();
    let test = (0..24).map(|clip| DimensionPrediction {
        corpus: String::new(),
        utterance: format!("{clip}.wav"),
        speaker: format!("speaker-{}", clip / 6),
        gender: Some(["female", "male"][clip / 12].to_owned()),
        truth: vec![(clip % 5) as f64],
        predicted: vec![2.0 + 0.5 * (clip % 5) as f64 - 0.1 * (clip % 3) as f64],
    });
    let predictions = FoldPredictions {
        adaptation: Vec::new(),
        best_epoch: None,
        leakage: LeakageSummary::default(),
        train: Vec::new(),
        validation: Vec::new(),
        test: test.collect(),
    };
    let json = serde_json::to_vec(&predictions).unwrap();
    fs::write(fold.join("outcomes.json"), json).unwrap();
    let records = [RunRecord::<DimensionPrediction>::read(&run).unwrap()];
    let summary = DimensionPrediction::summary(&records).unwrap();
    assert_eq!((summary[0].clips, summary[0].dimensions.len()), (24, 1));
    let page = DimensionPrediction::page(&records, &summary, None).unwrap();
    let output = output_folder(&folder.path().join("page"), false).unwrap();
    let html = fs::read_to_string(save_page(&page, output).unwrap()).unwrap();
    for words in [
        "CCC",
        "True and predicted arousal",
        "Predicted arousal at each true value",
        "RMSE of arousal by speaker",
        "Largest errors",
    ] {
        assert!(html.contains(words), "{words}");
    }
}
