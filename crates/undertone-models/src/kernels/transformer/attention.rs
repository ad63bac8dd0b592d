//! Self-attention of one head, without copies of whole tensors.

use crate::kernels::column_panels::{Added, Operand, Panels, WIDTH, multiply};
use crate::kernels::vector_math::{self, vectorized};

/// Queries whose scores are computed together, and stay in a cache.
const QUERIES: usize = 56;

/// What a head needs to compute.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    /// The keys, `[panel of steps][depth][WIDTH]`.
    keys: Vec<f32>,
    /// The scores of some queries, `[panel of steps][query][WIDTH]`.
    scores: Vec<f32>,
}

/// Compute the mean of the values, weighted by the softmax of queries · keys / √(width of a head).
///
/// `projected` holds queries, keys and values side by side, `size` panels for each head. `to` are
/// the panels of one head.
pub(super) fn attend(
    projected: &Panels,
    heads: usize,
    size: usize,
    head: usize,
    to: &mut [f32],
    buffers: &mut Buffers,
) {
    let steps = projected.rows();
    let panel = steps * WIDTH;
    let part = |which: usize| {
        let first = (which * heads + head) * size;
        &projected.values()[first * panel..][..size * panel]
    };
    let depth = size * WIDTH;
    let scale = 1.0 / (depth as f32).sqrt();
    let parts = steps.div_ceil(WIDTH);
    buffers.keys.resize(parts * depth * WIDTH, 0.0);
    vectorized(
        #[inline(always)]
        || transpose(part(1), steps, scale, &mut buffers.keys),
    );
    let mut factors = [0.0; QUERIES];
    for first in (0..steps).step_by(QUERIES) {
        let rows = QUERIES.min(steps - first);
        let queries = Operand {
            values: &part(0)[first * WIDTH..],
            rows,
            row_stride: WIDTH,
            panel_stride: panel,
            columns: depth,
            taps: 1,
        };
        let block = rows * WIDTH;
        buffers.scores.resize(parts * block, 0.0);
        let scores = buffers.scores.chunks_exact_mut(block);
        for (keys, scores) in buffers.keys.chunks_exact(depth * WIDTH).zip(scores) {
            multiply(queries, keys, Added::Nothing, scores);
        }
        let scores = &mut buffers.scores[..];
        vectorized(
            #[inline(always)]
            || {
                for (row, factor) in factors[..rows].iter_mut().enumerate() {
                    *factor = exponentials(scores, row, rows, steps);
                }
            },
        );
        let weights = Operand {
            values: scores,
            rows,
            row_stride: WIDTH,
            panel_stride: block,
            columns: steps,
            taps: 1,
        };
        for (values, to) in part(2).chunks_exact(panel).zip(to.chunks_exact_mut(panel)) {
            let to = &mut to[first * WIDTH..][..block];
            multiply(weights, values, Added::Nothing, to);
            for (to, factor) in to.chunks_exact_mut(WIDTH).zip(&factors) {
                for to in to {
                    *to *= factor;
                }
            }
        }
    }
}

/// Write keys, `[panel of the depth][step][WIDTH]`, as `[panel of steps][depth][WIDTH]`, times
/// `scale`. Zeros follow the last step.
#[inline(always)]
fn transpose(keys: &[f32], steps: usize, scale: f32, to: &mut [f32]) {
    let depth = keys.len() / steps;
    for (part, to) in to.chunks_exact_mut(depth * WIDTH).enumerate() {
        let first = part * WIDTH;
        let own = WIDTH.min(steps - first);
        let panels = keys.chunks_exact(steps * WIDTH);
        for (keys, to) in panels.zip(to.chunks_exact_mut(WIDTH * WIDTH)) {
            let keys = &keys[first * WIDTH..][..own * WIDTH];
            for (column, to) in to.chunks_exact_mut(WIDTH).enumerate() {
                for (step, to) in to[..own].iter_mut().enumerate() {
                    *to = keys[step * WIDTH + column] * scale;
                }
                to[own..].fill(0.0);
            }
        }
    }
}

/// Replace the scores of a query by exponentials. Return what makes them weights with sum 1.
#[inline(always)]
fn exponentials(scores: &mut [f32], row: usize, rows: usize, steps: usize) -> f32 {
    let parts = steps / WIDTH;
    let start = |part: usize| (part * rows + row) * WIDTH;
    let rest = steps % WIDTH;
    let mut largest = [f32::NEG_INFINITY; WIDTH];
    for part in 0..parts {
        let own = &scores[start(part)..][..WIDTH];
        for (largest, score) in largest.iter_mut().zip(own) {
            *largest = largest.max(*score);
        }
    }
    if rest > 0 {
        let own = &mut scores[start(parts)..][..WIDTH];
        own[rest..].fill(f32::NEG_INFINITY);
        for (largest, score) in largest.iter_mut().zip(own) {
            *largest = largest.max(*score);
        }
    }
    let largest = largest.iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b));
    let mut sums = [0.0; WIDTH];
    for part in 0..steps.div_ceil(WIDTH) {
        let own = &mut scores[start(part)..][..WIDTH];
        for (sum, score) in sums.iter_mut().zip(own) {
            *score = vector_math::exp(*score - largest);
            *sum += *score;
        }
    }
    1.0 / sums.iter().sum::<f32>()
}
