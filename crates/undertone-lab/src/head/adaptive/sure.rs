//! From which probability on the model may say that it is very sure.

use undertone_metrics::{argmax, sums};

/// The share of right answers, on average over the groups and in the worst of them.
const MEAN_PRECISION: f64 = 0.95;
const WORST_PRECISION: f64 = 0.9;
/// A group with fewer such answers tells nothing.
const FEWEST: usize = 20;

/// The scores of clips of a group that the heads did not hear, ready for a softmax.
pub(super) struct HeldOutScores<'a> {
    /// `[clips][outputs]`.
    pub(super) scores: Vec<Vec<f64>>,
    /// The true output of each clip.
    pub(super) outputs: &'a [usize],
}

/// Return the lowest sum of probabilities of the most probable coarse class from which on the model
/// is right often enough on every set of clips. `class_of_output` has the coarse class of each
/// output, of which there are `count`. `None` if there is no such sum.
pub(super) fn sure(
    sets: &[HeldOutScores<'_>],
    class_of_output: &[usize],
    count: usize,
) -> Option<f64> {
    let answers: Vec<Vec<(f64, bool)>> = sets
        .iter()
        .map(|set| {
            let clips = set.scores.iter().zip(set.outputs);
            clips
                .map(|(scores, output)| {
                    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    let exps: Vec<f64> = scores.iter().map(|it| (it - most).exp()).collect();
                    let sum: f64 = exps.iter().sum();
                    let row: Vec<f32> = exps.iter().map(|exp| (exp / sum) as f32).collect();
                    let coarse = sums(&row, class_of_output, count);
                    let best = argmax(&coarse);
                    let right = best == class_of_output[*output];
                    (f64::from(coarse[best]), right)
                })
                .collect()
        })
        .collect();
    let enough = |least: f64| {
        let precisions: Vec<f64> = answers
            .iter()
            .filter_map(|group| {
                let sure = group.iter().filter(|(sum, _)| *sum >= least);
                let (all, right) = (
                    sure.clone().count(),
                    sure.filter(|(_, right)| *right).count(),
                );
                (all >= FEWEST).then(|| right as f64 / all as f64)
            })
            .collect();
        let mean = precisions.iter().sum::<f64>() / precisions.len().max(1) as f64;
        let worst = precisions.iter().copied().fold(1.0, f64::min);
        !precisions.is_empty() && mean >= MEAN_PRECISION && worst >= WORST_PRECISION
    };
    (50..100)
        .map(|percent| f64::from(percent) / 100.0)
        .find(|least| enough(*least))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Return clips whose probability of the first of two classes is a number of percent.
    fn set(clips: &[(u32, usize, usize)]) -> (Vec<Vec<f64>>, Vec<usize>) {
        let (mut scores, mut outputs) = (Vec::new(), Vec::new());
        for (percent, right, wrong) in clips {
            let probability = f64::from(*percent) / 100.0;
            let row = vec![(probability / (1.0 - probability)).ln(), 0.0];
            for output in std::iter::repeat_n(0, *right).chain(std::iter::repeat_n(1, *wrong)) {
                scores.push(row.clone());
                outputs.push(output);
            }
        }
        (scores, outputs)
    }

    fn limit(sets: &[&[(u32, usize, usize)]]) -> Option<f64> {
        let sets: Vec<_> = sets.iter().map(|clips| set(clips)).collect();
        let sets: Vec<HeldOutScores<'_>> = sets
            .iter()
            .map(|(scores, outputs)| HeldOutScores {
                scores: scores.clone(),
                outputs,
            })
            .collect();
        sure(&sets, &[0, 1], 2)
    }

    #[test]
    fn the_limit_is_where_answers_become_right() {
        let found = limit(&[&[(60, 20, 80), (90, 97, 3)], &[(72, 20, 80), (90, 96, 4)]]);
        assert!(found.is_some_and(|it| it > 0.70 && it < 0.90), "{found:?}");
        assert_eq!(limit(&[&[(90, 60, 40)]]), None);
    }
}
