//! Linear discriminant analysis whose shrinkage and temperature are chosen by cross-validation over
//! groups of examples: speakers or corpora.
//!
//! The scores are multiplied by one factor (temperature scaling, Guo et al. 2017), so that their
//! softmax is calibrated. Outputs of the same class share the class's probability, so that a class
//! with more emotions is not more probable.

use burn::tensor::{Device, Tensor, TensorData};
use undertone_metrics::{argmax, mean_recall};
use undertone_models::Head;

use super::held_out_groups::held_out_groups;
use super::lda::{Example, Lda};
use super::temperature::{Scored, temperature};
use crate::error::LabError;
use crate::recipe::HeadConfig;

/// A fitted head.
#[derive(Debug)]
pub(crate) struct Fitted {
    pub(crate) head: Head,
    /// The shrinkage that was chosen.
    pub(crate) shrinkage: f64,
    /// The factor of the scores.
    pub(crate) temperature: f64,
}

/// The scores of an example that was held out.
struct HeldOut {
    output: usize,
    scores: Vec<f64>,
}

/// Fit a head. Choose the shrinkage with the highest unweighted average recall on `folds` folds of
/// held-out groups, and the larger one of equals. Choose the temperature with the lowest
/// cross-entropy on the same folds. With a single group there are no folds: take the largest
/// shrinkage and temperature 1.
///
/// Groups are assigned to the folds in the order of `groups`. Output `i` belongs to class
/// `class_of_output[i]`. `observe` receives each shrinkage with its recall.
///
/// # Errors
/// If the embeddings do not differ within any class.
pub(crate) fn fit(
    examples: &[Example<'_>],
    class_of_output: &[usize],
    config: &HeadConfig,
    (groups, folds): (&[&str], usize),
    device: &Device,
    observe: &mut dyn FnMut(f64, f64),
) -> Result<Fitted, LabError> {
    let outputs = class_of_output.len();
    let mut shrinkages = config.shrinkage.clone();
    shrinkages.sort_by(|one, other| other.total_cmp(one));
    let mut held_out: Vec<Vec<HeldOut>> = shrinkages.iter().map(|_| Vec::new()).collect();
    // The choice is made by outputs. The classes matter only for the final head.
    let alone: Vec<usize> = (0..outputs).collect();
    for held in held_out_groups(groups, folds) {
        let (out, kept): (Vec<_>, Vec<_>) = examples.iter().partition(|it| held.contains(it.group));
        let lda = Lda::new(&kept, outputs, device);
        // Leave out an emotion that only held-out groups have: it cannot be recognized.
        let out: Vec<Example<'_>> = out.into_iter().filter(|it| lda.knows(it.output)).collect();
        for (shrinkage, held_out) in shrinkages.iter().zip(&mut held_out) {
            // Leave out a fold whose other embeddings do not differ.
            if let Ok(functions) = lda.solve(*shrinkage) {
                let head = functions.head(1.0, &alone, device);
                held_out.extend(evaluate(&head, &out, device));
            }
        }
    }
    let mut best = (f64::NEG_INFINITY, 0);
    for (index, held_out) in held_out.iter().enumerate() {
        let uar = average_recall(held_out, outputs);
        if !held_out.is_empty() {
            observe(shrinkages[index], uar);
        }
        if uar > best.0 {
            best = (uar, index);
        }
    }
    let temperature = temperature_of(&held_out[best.1], outputs);
    let shrinkage = shrinkages[best.1];
    let functions = Lda::new(examples, outputs, device).solve(shrinkage)?;
    Ok(Fitted {
        head: functions.head(temperature, class_of_output, device),
        shrinkage,
        temperature,
    })
}

/// Return the scores of examples.
fn evaluate(head: &Head, examples: &[Example<'_>], device: &Device) -> Vec<HeldOut> {
    let Some(first) = examples.first() else {
        return Vec::new();
    };
    let width = first.embedding.values.len();
    let values: Vec<f32> = examples
        .iter()
        .flat_map(|it| it.embedding.values.clone())
        .collect();
    let embeddings = Tensor::from_data(TensorData::new(values, [examples.len(), width]), device);
    let scores: Vec<f64> = head.forward(embeddings).into_data().iter::<f64>().collect();
    scores
        .chunks(scores.len() / examples.len())
        .zip(examples)
        .map(|(scores, example)| HeldOut {
            output: example.output,
            scores: scores.to_vec(),
        })
        .collect()
}

/// Return the mean recall over the outputs that occur.
fn average_recall(held_out: &[HeldOut], outputs: usize) -> f64 {
    let pairs = held_out.iter().map(|it| (it.output, argmax(&it.scores)));
    mean_recall(pairs, outputs)
}

/// Return the temperature of held-out examples, in which each output has the same weight.
fn temperature_of(held_out: &[HeldOut], outputs: usize) -> f64 {
    let mut counts = vec![0.0f64; outputs];
    for example in held_out {
        counts[example.output] += 1.0;
    }
    temperature(held_out.iter().map(|example| Scored {
        output: example.output,
        scores: &example.scores,
        weight: 1.0 / counts[example.output],
    }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use undertone_audio::FeatureMatrix;

    use crate::head::lda::tests::{OWN, REFERENCE_ROWS, matrix};
    use crate::recipe::HoldOut;

    #[test]
    fn the_shrinkage_is_chosen_by_held_out_speakers() {
        let rows = REFERENCE_ROWS.map(|row| matrix(&row));
        let speakers = ["a", "b", "c", "d"];
        let examples: Vec<Example<'_>> = rows
            .iter()
            .enumerate()
            .map(|(index, embedding)| Example {
                embedding,
                output: index % 3,
                group: speakers[index / 3],
            })
            .collect();
        let config = HeadConfig {
            shrinkage: vec![0.1, 0.9],
            folds: 2,
            hold_out: HoldOut::default(),
            adapt: false,
            gate: None,
        };
        let mut seen = Vec::new();
        let fitted = fit(
            &examples,
            &OWN,
            &config,
            (&speakers, config.folds),
            &Device::flex(),
            &mut |s, uar| {
                seen.push((s, uar));
            },
        );
        let best = seen.iter().fold(
            (0.0, -1.0f64),
            |best, it| if it.1 > best.1 { *it } else { best },
        );
        assert_eq!(fitted.unwrap().shrinkage, best.0);
        assert_eq!(seen.len(), 2);
        let lone = fit(
            &examples,
            &OWN,
            &config,
            (&["a"], config.folds),
            &Device::flex(),
            &mut |_, _| {},
        );
        let lone = lone.unwrap();
        assert_eq!((lone.shrinkage, lone.temperature), (0.9, 1.0));
    }

    #[test]
    fn an_emotion_of_a_single_speaker_does_not_change_the_temperature() {
        let speakers = ["a", "b", "c", "d"];
        // Two separate emotions, and a third that only the first speaker has.
        let output = |index: usize| if index < 4 { 2 } else { index % 2 };
        let rows: Vec<FeatureMatrix> = (0..16)
            .map(|index| {
                let jitter = (index * 7 % 5) as f32 / 5.0;
                matrix(&[4.0 * output(index) as f32 + jitter, (index * 3 % 7) as f32])
            })
            .collect();
        let example = |(index, embedding)| Example {
            embedding,
            output: output(index),
            group: speakers[index / 4],
        };
        let examples: Vec<Example<'_>> = rows.iter().enumerate().map(example).collect();
        let config = HeadConfig {
            shrinkage: vec![0.9],
            folds: 4,
            hold_out: HoldOut::default(),
            adapt: false,
            gate: None,
        };
        let device = Device::flex();
        let fitted = fit(
            &examples,
            &OWN,
            &config,
            (&speakers, config.folds),
            &device,
            &mut |_, _| {},
        );
        let temperature = fitted.unwrap().temperature;
        // It would be close to 0 if the third emotion were held out and counted.
        assert!(temperature > 0.1, "{temperature}");
    }

    #[test]
    fn the_temperature_corrects_overconfident_scores() {
        // Three of four examples are correct, so the probability is 3/4: a difference of ln 3.
        let evaluated: Vec<HeldOut> = (0..8)
            .map(|index| HeldOut {
                output: index % 2,
                scores: match (index % 2 == 0) == (index < 6) {
                    true => vec![10.0, 0.0],
                    false => vec![0.0, 10.0],
                },
            })
            .collect();
        let found = temperature_of(&evaluated, 2);
        assert!((found - 3.0f64.ln() / 10.0).abs() < 1e-3, "{found}");
        assert_eq!(temperature_of(&[], 2), 1.0);
    }
}
