//! The predictions of groups of clips.

use std::collections::{HashMap, HashSet};

use undertone_metrics::Prediction;

/// Return the predictions of each group, by the name of the group.
pub(crate) fn by_group<'a, P: Prediction>(
    predictions: &'a [P],
    name: impl Fn(&'a P) -> &'a str,
) -> HashMap<&'a str, Vec<P>> {
    let mut groups: HashMap<&str, Vec<P>> = HashMap::new();
    for prediction in predictions {
        let group = groups.entry(name(prediction)).or_default();
        group.push(prediction.clone());
    }
    groups
}

/// Return whether speakers can be compared. A clip whose speaker is not known has its own name as
/// that of the speaker. If more than half of the speakers are such clips, the figure by speaker
/// would show clips.
pub(crate) fn speakers_are_known<P: Prediction>(predictions: &[P]) -> bool {
    let speakers: HashSet<&str> = predictions.iter().map(Prediction::speaker).collect();
    let unknown: HashSet<&str> = predictions
        .iter()
        .filter(|clip| clip.known_speaker().is_none())
        .map(Prediction::speaker)
        .collect();
    2 * unknown.len() <= speakers.len()
}

/// Said in place of the scores by speaker.
pub(crate) const UNKNOWN_SPEAKERS: &str =
    "The speakers of most clips are not known, so speakers are not compared.";

#[cfg(test)]
mod tests {
    use undertone_metrics::DimensionPrediction;

    use super::*;

    fn clip(utterance: &str, speaker: &str) -> DimensionPrediction {
        DimensionPrediction {
            corpus: String::new(),
            utterance: utterance.into(),
            speaker: speaker.into(),
            gender: None,
            truth: Vec::new(),
            predicted: Vec::new(),
        }
    }

    #[test]
    fn speakers_are_unknown_if_most_are_named_as_their_clip() {
        let anna = clip("1.wav", "anna");
        assert!(speakers_are_known(&[anna.clone(), clip("2.wav", "2.wav")]));
        let clips = [anna, clip("2.wav", "2.wav"), clip("3.wav", "3.wav")];
        assert!(!speakers_are_known(&clips));
    }

    #[test]
    fn each_prediction_is_in_its_group() {
        let clips = [clip("1", "a"), clip("2", "b"), clip("3", "a")];
        let groups = by_group(&clips, |clip| &clip.speaker);
        assert_eq!((groups.len(), &groups["b"][..]), (2, &clips[1..2]));
        assert_eq!(groups["a"], [clips[0].clone(), clips[2].clone()]);
    }
}
