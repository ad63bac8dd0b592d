//! The scores of dimensions equal audmetric's and SciPy's. `tests/reference/make_regression.py`
//! makes the reference.

use serde::Deserialize;

use undertone_metrics::{DimensionPrediction, RegressionEvaluation, RegressionScores, Spread};

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    truth: Vec<f64>,
    predicted: Vec<f64>,
    /// `None` where audmetric gives NaN. Ours is 0 there.
    ccc: Option<f64>,
    pearson: Option<f64>,
    rmse: f64,
    mae: f64,
    truth_mean: f64,
    truth_std: f64,
}

fn cases() -> Vec<Case> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/reference/regression.json"
    );
    let text = std::fs::read_to_string(path).unwrap();
    let cases = serde_json::from_str::<Reference>(&text).unwrap().cases;
    assert!(cases.len() > 30);
    cases
}

#[track_caller]
fn close(name: &str, ours: f64, theirs: f64) {
    let tolerance = 1e-11 * theirs.abs().max(1.0);
    assert!(
        (ours - theirs).abs() <= tolerance,
        "{name}: {ours} is not {theirs}"
    );
}

#[test]
fn scores_equal_audmetrics_and_scipys() {
    for case in cases() {
        let scores = RegressionScores::of(&case.truth, &case.predicted);
        close(&case.name, scores.ccc, case.ccc.unwrap_or(0.0));
        close(&case.name, scores.pearson, case.pearson.unwrap_or(0.0));
        close(&case.name, scores.rmse, case.rmse);
        close(&case.name, scores.mae, case.mae);
        let spread = Spread::of(&case.truth);
        close(&case.name, spread.mean, case.truth_mean);
        close(&case.name, spread.std, case.truth_std);
    }
}

#[test]
fn an_evaluation_has_the_same_scores() {
    for case in cases() {
        let pairs = case.truth.iter().zip(&case.predicted);
        let predictions: Vec<DimensionPrediction> = pairs
            .enumerate()
            .map(|(clip, (truth, predicted))| DimensionPrediction {
                utterance: format!("{clip}.wav"),
                corpus: String::new(),
                speaker: format!("{}", clip % 4),
                gender: None,
                truth: vec![*truth],
                predicted: vec![*predicted],
            })
            .collect();
        let evaluation = RegressionEvaluation::new(&["arousal".to_owned()], &predictions).unwrap();
        let [arousal] = &evaluation.dimensions[..] else {
            panic!("one dimension");
        };
        close(&case.name, arousal.ccc.value, case.ccc.unwrap_or(0.0));
        close(&case.name, arousal.rmse.value, case.rmse);
        assert_eq!(
            arousal.truth.varies(),
            case.truth_std > 0.0,
            "{}",
            case.name
        );
    }
}
