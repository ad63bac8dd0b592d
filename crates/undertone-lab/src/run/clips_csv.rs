//! The predictions of single clips as a table.

use undertone_metrics::ClipPrediction;

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
            &prediction.speaker,
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
