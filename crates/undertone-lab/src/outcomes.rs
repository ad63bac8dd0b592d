//! What a model makes of a set of clips.

use std::path::Path;

use undertone_corpus::Utterance;
use undertone_models::Model;
use undertone_models::burn::tensor::Device;

use crate::features::ClipFeatures;
use crate::judging::Outcome;
use crate::training::probabilities;

/// What a model, in its validation state, makes of the clips at `indices`.
pub(crate) fn outcomes_of(
    model: &Model,
    summed_into: &[usize],
    root: &Path,
    utterances: &[Utterance],
    features: &[ClipFeatures],
    indices: &[usize],
    device: &Device,
) -> Vec<Outcome> {
    let clips: Vec<&ClipFeatures> = indices.iter().map(|index| &features[*index]).collect();
    let rows = probabilities(
        &model.network,
        &clips,
        model.statistics.as_ref(),
        summed_into,
        device,
    );
    indices
        .iter()
        .zip(rows)
        .map(|(index, probabilities)| {
            let utterance = &utterances[*index];
            let path = utterance.path.strip_prefix(root).unwrap_or(&utterance.path);
            Outcome {
                utterance: path.display().to_string(),
                speaker: utterance.speaker.clone(),
                gender: utterance.gender.map(|gender| gender.name().to_owned()),
                truth: model.config.label_scheme.label_of(utterance.emotion),
                probabilities,
            }
        })
        .collect()
}
