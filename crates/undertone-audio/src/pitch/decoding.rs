//! The most likely path through the candidates: the Viterbi algorithm over voiced and unvoiced
//! pitch bins.

use super::candidates::{BINS_PER_SEMITONE, Candidates};
use crate::kernel::kernel;

/// The fastest glide of a voice, in octaves per second.
const MAX_TRANSITION_RATE: f64 = 35.92;
/// Probability that voicing starts or stops between two frames.
const SWITCH: f64 = 0.01;

/// Transition probabilities as logarithms.
#[derive(Debug, Clone)]
pub(super) struct Decoder {
    bins: usize,
    /// `[n]`: from a bin to the one `n - reach` bins above it, before normalization.
    steps: Vec<f64>,
    /// The normalization of the steps from each bin.
    normalizers: Vec<f64>,
}

/// Log-likelihoods of the best paths to every bin: voiced, then unvoiced.
type Scores = [Vec<f64>; 2];

impl Decoder {
    /// Prepare the transitions. `hop` is in seconds.
    pub(super) fn new(bins: usize, hop: f64) -> Self {
        let semitones = (MAX_TRANSITION_RATE * 12.0 * hop).round_ties_even() as usize;
        let reach = semitones * BINS_PER_SEMITONE / 2;
        let weight = |distance: usize| 1.0 - distance as f64 / (reach + 1) as f64;
        let total = |bin: usize| -> f64 {
            let range = bin.saturating_sub(reach)..(bin + reach + 1).min(bins);
            range.map(|other| weight(other.abs_diff(bin))).sum()
        };
        Self {
            bins,
            steps: (0..=2 * reach)
                .map(|step| weight(step.abs_diff(reach)).ln())
                .collect(),
            normalizers: (0..bins).map(|bin| -total(bin).ln()).collect(),
        }
    }

    /// Return the pitch bin of each frame on the most likely path, or `None` where it is unvoiced.
    pub(super) fn most_likely(&self, frames: &[Candidates]) -> Vec<Option<usize>> {
        let Some((first, rest)) = frames.split_first() else {
            return Vec::new();
        };
        let start = -((2 * self.bins) as f64).ln();
        let mut scores: Scores = [vec![start; self.bins], vec![start; self.bins]];
        self.observe(first, &mut scores);
        let mut history = vec![scores];
        let mut workspace = Workspace::default();
        for frame in rest {
            let mut next = self.arrive(&history[history.len() - 1], &mut workspace);
            self.observe(frame, &mut next);
            history.push(next);
        }
        self.trace_back(&history)
    }

    /// Add the log-likelihood of a frame in each state.
    fn observe(&self, frame: &Candidates, [voiced, unvoiced]: &mut Scores) {
        let nothing = f64::MIN_POSITIVE.ln();
        voiced.iter_mut().for_each(|score| *score += nothing);
        for &(bin, probability) in &frame.bins {
            voiced[bin] += (probability + f64::MIN_POSITIVE).ln() - nothing;
        }
        let each = ((1.0 - frame.voiced) / self.bins as f64 + f64::MIN_POSITIVE).ln();
        unvoiced.iter_mut().for_each(|score| *score += each);
    }

    /// Return the best score with which each state can be reached from the frame before.
    fn arrive(&self, before: &Scores, workspace: &mut Workspace) -> Scores {
        // A jump beyond the reach is very unlikely, not impossible: otherwise a path could end
        // nowhere.
        let jump = before
            .iter()
            .flatten()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max)
            + f64::MIN_POSITIVE.ln();
        let [voiced, unvoiced] = before.each_ref().map(|scores| {
            let reach = self.steps.len() / 2;
            let padded = &mut workspace.padded;
            padded.clear();
            padded.resize(reach, f64::NEG_INFINITY);
            padded.extend(scores.iter().zip(&self.normalizers).map(|(s, n)| s + n));
            padded.resize(self.bins + 2 * reach, f64::NEG_INFINITY);
            let mut best = vec![f64::NEG_INFINITY; self.bins];
            for (step, offset) in self.steps.iter().zip(0..) {
                raise(&padded[offset..offset + self.bins], *step, &mut best);
            }
            best
        });
        let (stay, switch) = ((1.0 - SWITCH).ln(), SWITCH.ln());
        let merge = |same: &[f64], other: &[f64]| -> Vec<f64> {
            let pairs = same.iter().zip(other);
            pairs
                .map(|(same, other)| (same + stay).max(other + switch).max(jump))
                .collect()
        };
        [merge(&voiced, &unvoiced), merge(&unvoiced, &voiced)]
    }

    /// Follow the best path backwards. It is cheaper to find each predecessor on the path again
    /// than to store the predecessor of every state.
    fn trace_back(&self, history: &[Scores]) -> Vec<Option<usize>> {
        let all = |scores: &Scores| -> Vec<(usize, usize, f64)> {
            let sides = scores.iter().enumerate();
            sides
                .flat_map(|(side, scores)| {
                    let bins = scores.iter().enumerate();
                    bins.map(move |(bin, score)| (side, bin, *score))
                })
                .collect()
        };
        let mut path = Vec::with_capacity(history.len());
        let mut state: Option<(usize, usize)> = None;
        for scores in history.iter().rev() {
            let ways = all(scores).into_iter().map(|(side, bin, score)| {
                let way = state.map_or(0.0, |to| self.transition((side, bin), to));
                (side, bin, score + way)
            });
            // The first of equal ones, as with numpy's argmax.
            let best = ways.reduce(|best, way| if way.2 > best.2 { way } else { best });
            let Some((side, bin, _)) = best else { continue };
            state = Some((side, bin));
            path.push((side == 0).then_some(bin));
        }
        path.reverse();
        path
    }

    /// Return the log-probability of a transition.
    fn transition(&self, from: (usize, usize), to: (usize, usize)) -> f64 {
        let reach = self.steps.len() / 2;
        match (to.1 + reach)
            .checked_sub(from.1)
            .and_then(|step| self.steps.get(step))
        {
            Some(step) => {
                let side = if from.0 == to.0 { 1.0 - SWITCH } else { SWITCH };
                step + self.normalizers[from.1] + side.ln()
            }
            None => f64::MIN_POSITIVE.ln(),
        }
    }
}

#[derive(Default)]
struct Workspace {
    padded: Vec<f64>,
}

kernel! {
    fn raise(scores: &[f64], step: f64, best: &mut [f64]) = raise_plain;
}

#[inline(always)]
fn raise_plain(scores: &[f64], step: f64, best: &mut [f64]) {
    for (best, score) in best.iter_mut().zip(scores) {
        let way = score + step;
        *best = if way > *best { way } else { *best };
    }
}
