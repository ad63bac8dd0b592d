//! Mean and variance of channels, in parts that are merged.

use super::geometry::Geometry;
use crate::kernels::vector_math::vectorized;

/// Sums over some clips, one for each channel.
#[derive(Debug)]
pub(super) struct Moments {
    count: usize,
    mean: Vec<f32>,
    /// The sums of the squared deviations from the mean.
    squares: Vec<f32>,
}

impl Moments {
    /// Sum over the positions of clips that follow each other, `[clips, pitch, channels_out]`.
    pub(super) fn of(clips: &[f32], shape: &Geometry) -> Self {
        let count = clips.len() / shape.clip_len() * shape.height * shape.width;
        let rows = || {
            let clips = clips.chunks_exact(shape.clip_len());
            clips.flat_map(|clip| {
                let rows = clip.chunks_exact(shape.row_pitch() * shape.outputs);
                rows.take(shape.height)
                    .map(|row| row.chunks_exact(shape.outputs).take(shape.width))
            })
        };
        let mut mean = vec![0.0; shape.outputs];
        let mut squares = vec![0.0; shape.outputs];
        vectorized(
            #[inline(always)]
            || {
                for row in rows() {
                    for values in row {
                        for (sum, value) in mean.iter_mut().zip(values) {
                            *sum += value;
                        }
                    }
                }
                for sum in &mut mean {
                    *sum /= count as f32;
                }
                for row in rows() {
                    for values in row {
                        for ((sum, value), mean) in squares.iter_mut().zip(values).zip(&mean) {
                            let deviation = value - mean;
                            *sum += deviation * deviation;
                        }
                    }
                }
            },
        );
        Self {
            count,
            mean,
            squares,
        }
    }

    /// Merge the parts in order. Return mean and variance of each channel.
    pub(super) fn merged(parts: &[Self], channels: usize) -> [Vec<f32>; 2] {
        let count: usize = parts.iter().map(|part| part.count).sum();
        let (mean, variance) = (0..channels)
            .map(|channel| {
                let sum: f64 = (parts.iter())
                    .map(|part| part.count as f64 * f64::from(part.mean[channel]))
                    .sum();
                let mean = sum / count as f64;
                let squares: f64 = (parts.iter())
                    .map(|part| {
                        let distance = f64::from(part.mean[channel]) - mean;
                        f64::from(part.squares[channel]) + part.count as f64 * distance * distance
                    })
                    .sum();
                (mean as f32, (squares / count as f64) as f32)
            })
            .unzip();
        [mean, variance]
    }
}
