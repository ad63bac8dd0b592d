//! The predictions of single clips as a table.

use undertone_metrics::{ClipPrediction, DimensionPrediction, Prediction};

/// Return predictions as a CSV table: a row for each clip with its true and predicted class, the
/// predicted class's probability, and the probability of each class (`p_` and its label).
///
/// Names that a spreadsheet would take as a formula begin with an apostrophe.
pub fn predictions_csv(labels: &[String], predictions: &[ClipPrediction]) -> String {
    let mut text = String::from("clip,corpus,speaker,gender,true,predicted,confidence");
    for label in labels {
        text += &format!(",{}", field(&format!("p_{label}")));
    }
    text.push('\n');
    let label = |class: usize| labels.get(class).map_or("", String::as_str);
    for prediction in predictions {
        let predicted = prediction.predicted();
        let confidence = prediction.probabilities.get(predicted).unwrap_or(&0.0);
        let names = [
            &prediction.utterance,
            &prediction.corpus,
            prediction.known_speaker().unwrap_or_default(),
            prediction.gender.as_deref().unwrap_or_default(),
            label(prediction.truth),
            label(predicted),
        ];
        text += &names.map(field).join(",");
        text += &format!(",{confidence:.6}");
        for probability in &prediction.probabilities {
            text += &format!(",{probability:.6}");
        }
        text.push('\n');
    }
    text
}

/// Return predictions as a CSV table: a row for each clip with the true and the predicted value of
/// each dimension (`true_` and `predicted_` and its name).
pub(super) fn dimensions_csv(dimensions: &[String], predictions: &[DimensionPrediction]) -> String {
    let mut text = String::from("clip,corpus,speaker,gender");
    for dimension in dimensions {
        for kind in ["true", "predicted"] {
            text += &format!(",{}", field(&format!("{kind}_{dimension}")));
        }
    }
    text.push('\n');
    for prediction in predictions {
        let names = [
            &prediction.utterance,
            &prediction.corpus,
            prediction.known_speaker().unwrap_or_default(),
            prediction.gender.as_deref().unwrap_or_default(),
        ];
        text += &names.map(field).join(",");
        for (truth, predicted) in prediction.truth.iter().zip(&prediction.predicted) {
            text += &format!(",{truth},{predicted:.6}");
        }
        text.push('\n');
    }
    text
}

/// Return a field of a CSV file, in quotes where it needs them.
fn field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = match formula {
        true => format!("'{text}"),
        false => text.to_owned(),
    };
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_true_and_the_predicted_values() {
        let prediction = DimensionPrediction {
            utterance: "a.wav".into(),
            corpus: "BAVED".into(),
            speaker: "1".into(),
            gender: Some("male".into()),
            truth: vec![2.0],
            predicted: vec![1.25],
        };
        assert_eq!(
            dimensions_csv(&["arousal".to_owned()], &[prediction]),
            "clip,corpus,speaker,gender,true_arousal,predicted_arousal\n\
             a.wav,BAVED,1,male,2,1.250000\n"
        );
    }

    #[test]
    fn a_row_has_the_labels_and_all_probabilities() {
        let labels = ["negative", "positive"].map(String::from);
        let prediction = ClipPrediction {
            utterance: "=a, b.wav".into(),
            corpus: "EmoDB".into(),
            speaker: "03".into(),
            gender: None,
            truth: 0,
            probabilities: vec![0.25, 0.75],
        };
        assert_eq!(
            predictions_csv(&labels, &[prediction]),
            "clip,corpus,speaker,gender,true,predicted,confidence,p_negative,p_positive\n\
             \"'=a, b.wav\",EmoDB,03,,negative,positive,0.750000,0.250000,0.750000\n"
        );
    }
}
