//! Scores and reports equal scikit-learn's. `tests/reference/make_metrics.py` makes the reference.

use serde::Deserialize;

use undertone_metrics::{ClipPrediction, ConfusionMatrix, Evaluation, classification_report};

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    labels: Vec<String>,
    truth: Vec<usize>,
    probabilities: Vec<Vec<f32>>,
    predicted: Vec<usize>,
    confusion: Vec<Vec<usize>>,
    accuracy: f64,
    balanced_accuracy: f64,
    macro_f1: f64,
    precision: Vec<f64>,
    recall: Vec<f64>,
    f1: Vec<f64>,
    support: Vec<usize>,
    log_loss: f64,
    calibration_error: f64,
    digits: usize,
    report: Option<String>,
}

impl Case {
    fn matrix(&self) -> ConfusionMatrix {
        ConfusionMatrix::new(&self.labels, &self.truth, &self.predicted).unwrap()
    }

    fn evaluation(&self) -> Evaluation {
        let prediction = |(truth, probabilities): (&usize, &Vec<f32>)| ClipPrediction {
            corpus: String::new(),
            utterance: String::new(),
            speaker: "1".into(),
            gender: None,
            truth: *truth,
            probabilities: probabilities.clone(),
        };
        let predictions: Vec<_> = self
            .truth
            .iter()
            .zip(&self.probabilities)
            .map(prediction)
            .collect();
        Evaluation::new(&self.labels, &predictions).unwrap()
    }
}

fn cases() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/metrics.json");
    let text = std::fs::read_to_string(path).unwrap();
    let cases = serde_json::from_str::<Reference>(&text).unwrap().cases;
    assert!(cases.len() > 50);
    cases
}

#[track_caller]
fn close(name: &str, ours: f64, theirs: f64, tolerance: f64) {
    assert!(
        (ours - theirs).abs() <= tolerance,
        "{name}: {ours} is not {theirs}"
    );
}

#[test]
fn scores_equal_scikit_learns() {
    for case in cases() {
        let matrix = case.matrix();
        let scores = matrix.scores();
        assert_eq!(matrix.counts(), case.confusion, "{}", case.name);
        close(&case.name, scores.wa, case.accuracy, 1e-15);
        close(&case.name, scores.uar, case.balanced_accuracy, 1e-15);
        close(&case.name, scores.macro_f1, case.macro_f1, 1e-15);
        for (class, scores) in matrix.per_class().iter().enumerate() {
            close(&case.name, scores.precision, case.precision[class], 1e-15);
            close(&case.name, scores.recall, case.recall[class], 1e-15);
            close(&case.name, scores.f1, case.f1[class], 1e-15);
            assert_eq!(scores.support, case.support[class], "{}", case.name);
        }
    }
}

#[test]
fn classification_reports_equal_scikit_learns_to_the_byte() {
    for case in cases() {
        let Some(theirs) = &case.report else { continue };
        let ours = classification_report(&case.matrix(), case.digits);
        assert_eq!(ours, *theirs, "{}:\n{ours}\n{theirs}", case.name);
    }
}

#[test]
fn cross_entropy_and_calibration_equal_the_reference() {
    for case in cases() {
        let evaluation = case.evaluation();
        close(
            &case.name,
            evaluation.uar.value,
            case.balanced_accuracy,
            1e-15,
        );
        close(&case.name, evaluation.cross_entropy, case.log_loss, 1e-12);
        close(
            &case.name,
            evaluation.calibration_error,
            case.calibration_error,
            1e-12,
        );
    }
}
