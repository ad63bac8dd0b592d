//! Fitting an adaptive head.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor, TensorData};
use undertone_audio::FeatureMatrix;
use undertone_metrics::{argmax, mean_recall};
use undertone_models::{AdaptationConfig, Head};

use super::clips::{AdaptiveExample, Standard};
use super::constants::{HeldOutGroup, constants};
use super::group::{Blindness, Group, others};
use super::heads::{HeadOptions, LinearHead};
use super::speech::{Detector, Kind};
use super::sure::{HeldOutScores, sure};
use crate::error::LabError;
use crate::prepare::SoundKind;

/// A fitted head with all that the model's configuration says about it.
pub(crate) struct FittedAdaptive {
    /// Scores of the model's own head, those of the head for adaptation, and one of the detector of
    /// speech.
    pub(crate) head: Head,
    pub(crate) adaptation: AdaptationConfig,
    /// See [`sure`](undertone_models::ModelConfig::sure).
    pub(crate) sure: Option<f64>,
}

/// The head for recordings alone, and the head for adaptation. The options were chosen on corpora
/// left out (`docs/adaptation.md`).
const ALONE: HeadOptions = HeadOptions {
    blindness: Blindness::Groups,
    of_groups: 1.0,
    of_speakers: 0.0,
    shrinkage: 0.65,
};
const ADAPTED: HeadOptions = HeadOptions {
    blindness: Blindness::Speakers,
    of_groups: 0.5,
    of_speakers: 0.3,
    shrinkage: 0.8,
};

/// What a head is fitted with, beside its clips.
pub(crate) struct AdaptiveOptions<'a> {
    /// The class of each output among those that the model answers with.
    pub(crate) class_of_output: &'a [usize],
    /// The sentiment of each output, and the number of sentiments, if all outputs have one.
    pub(crate) sentiments: Option<(Vec<usize>, usize)>,
    /// The embeddings of sounds that are not speech.
    pub(crate) sounds: &'a [SoundKind<FeatureMatrix>],
    /// The threshold of the gate, if it is not the usual one.
    pub(crate) gate: Option<f64>,
    pub(crate) seed: u64,
}

/// Fit an adaptive head to clips of two groups or more.
///
/// # Errors
/// If an output has no clip, or the embeddings do not differ.
pub(crate) fn fit_adaptive(
    examples: &[AdaptiveExample<'_>],
    options: &AdaptiveOptions<'_>,
    device: &Device,
    observe: &mut dyn FnMut(&str, f64),
) -> Result<FittedAdaptive, LabError> {
    let outputs = options.class_of_output.len();
    let mut by_group: BTreeMap<&str, Vec<AdaptiveExample<'_>>> = BTreeMap::new();
    for example in examples {
        by_group.entry(example.group).or_default().push(*example);
    }
    let names: Vec<&str> = by_group.keys().copied().collect();
    let by_group: Vec<Vec<AdaptiveExample<'_>>> = by_group.into_values().collect();
    let standard = Standard::of(&by_group);
    let groups: Vec<Group> = by_group
        .iter()
        .map(|group| Group::new(group, &standard, outputs, device))
        .collect();
    let heads = |chosen: &[&Group]| {
        let fit = |options| LinearHead::lda(chosen, options, device);
        Some((fit(&ALONE)?, fit(&ADAPTED)?))
    };
    let mut held_out = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        let others = others(&groups, index);
        // Without the group, an output may have no clip.
        let Some((alone, adapted)) = heads(&others) else {
            continue;
        };
        let scored = score(group, &alone, &adapted);
        observe(names[index], recall(&scored, outputs));
        held_out.push(scored);
    }
    let too_few = || {
        LabError::TooFewClips(
            "a head that adapts needs clips of every class in at least two corpora, or of at least \
             two speakers, and several clips of a speaker and a class"
                .to_owned(),
        )
    };
    let adaptation =
        constants(&held_out, outputs, options.gate, options.seed).ok_or_else(too_few)?;
    let all: Vec<&Group> = groups.iter().collect();
    let (alone, adapted) = heads(&all).ok_or_else(too_few)?;
    let sure = options.sentiments.as_ref().and_then(|(classes, count)| {
        // The limit must hold for a recording alone, and after hearing the voice.
        let sets: Vec<HeldOutScores<'_>> = held_out
            .iter()
            .flat_map(|group| group.scored(&adaptation, options.seed))
            .collect();
        sure(&sets, classes, *count)
    });
    let kinds: Vec<Kind> = options
        .sounds
        .iter()
        .map(|kind| {
            let sounds = kind.sounds.iter();
            let rows: Vec<f32> = sounds.flat_map(|it| standard.standardized(it)).collect();
            let size = [kind.sounds.len(), standard.mean.len()];
            let rows = Tensor::from_data(TensorData::new(rows, size), device);
            Kind::new(&rows, kind.weight)
        })
        .collect();
    let detector = Detector::fit(&groups, &kinds, device);
    let head = joined(
        &standard,
        (&alone, &adapted),
        &detector,
        options,
        adaptation.temperature[0],
    );
    Ok(FittedAdaptive {
        head: Head::linear(head.0, head.1, device),
        adaptation,
        sure,
    })
}

fn score(group: &Group, alone: &LinearHead, adapted: &LinearHead) -> HeldOutGroup {
    let centered = |rows: Vec<Vec<f64>>| -> Vec<Vec<f64>> {
        rows.into_iter()
            .map(|row| {
                let mean = row.iter().sum::<f64>() / row.len().max(1) as f64;
                row.iter().map(|score| score - mean).collect()
            })
            .collect()
    };
    let alone = centered(alone.scores(&group.clips));
    let adapted = centered(adapted.scores(&group.clips));
    let both = alone.iter().zip(&adapted);
    let own = both.map(|(alone, adapted)| {
        let pairs = alone.iter().zip(adapted);
        pairs
            .map(|(alone, adapted)| (alone + adapted) / 2.0)
            .collect()
    });
    HeldOutGroup {
        own: own.collect(),
        adapted,
        outputs: group.outputs.clone(),
        speakers: group.speakers.clone(),
    }
}

/// Return the unweighted average recall of the model's own head.
fn recall(group: &HeldOutGroup, outputs: usize) -> f64 {
    let predicted = group.own.iter().map(|scores| argmax(scores));
    mean_recall(group.outputs.iter().copied().zip(predicted), outputs)
}

/// Put the heads and the detector into one linear layer for embeddings that are not standardized:
/// the weights, `[width, outputs]` by rows, and the biases.
fn joined(
    standard: &Standard,
    (alone, adapted): (&LinearHead, &LinearHead),
    detector: &Detector,
    options: &AdaptiveOptions<'_>,
    temperature: f64,
) -> (Vec<f32>, Vec<f32>) {
    let values = |tensor: &Tensor<2>| -> Vec<f64> { tensor.to_data().iter::<f64>().collect() };
    let (alone_weight, adapted_weight) = (values(&alone.weight), values(&adapted.weight));
    let detecting = values(&detector.weight);
    let outputs = alone.bias.len();
    let columns = 2 * outputs + 1;
    let sharing = |class: &usize| {
        let same = options.class_of_output.iter().filter(|it| *it == class);
        (same.count() as f64).ln()
    };
    let mut bias: Vec<f64> = Vec::with_capacity(columns);
    for (output, class) in options.class_of_output.iter().enumerate() {
        let own = (alone.bias[output] + adapted.bias[output]) / 2.0;
        bias.push(temperature * own - sharing(class));
    }
    bias.extend(&adapted.bias);
    bias.push(detector.bias);
    let mut weight = Vec::with_capacity(standard.mean.len() * columns);
    for (row, (mean, deviation)) in standard.mean.iter().zip(&standard.deviation).enumerate() {
        let own = |output: usize| {
            let at = row * outputs + output;
            temperature * (alone_weight[at] + adapted_weight[at]) / 2.0
        };
        let of_row = (0..outputs)
            .map(own)
            .chain(
                adapted_weight[row * outputs..(row + 1) * outputs]
                    .iter()
                    .copied(),
            )
            .chain([detecting[row]]);
        for (column, value) in of_row.enumerate() {
            let value = value / deviation;
            bias[column] -= value * mean;
            weight.push(value as f32);
        }
    }
    (weight, bias.iter().map(|bias| *bias as f32).collect())
}
