//! Zeros around the clips of a batch.

use burn::backend::Flex;
use burn::backend::tensor::FloatTensor;
use rayon::prelude::*;

use super::geometry::Geometry;
use crate::kernels::vector_math::vectorized;

/// The width of the squares that are transposed at once.
const WIDTH: usize = 16;

/// Copy an input, `[batch, frames, channels]` of any layout, and put zeros around each clip.
pub(super) fn pad(input: FloatTensor<Flex>, shape: &Geometry) -> Vec<f32> {
    let (frames, channels) = (shape.frames, shape.inputs);
    let mut padded = vec![0.0; shape.padded_frames() * channels];
    let clips = padded[shape.margin() * channels..].par_chunks_mut(shape.pitch() * channels);
    let size = frames * channels;
    let layout = input.layout();
    // Features have channels before frames, so that a batch of them is a view with such strides.
    if layout.strides() == [size as isize, 1, frames as isize] {
        let values = &input.storage::<f32>()[layout.start_offset()..];
        clips
            .zip(values.par_chunks(size))
            .for_each(|(padded, clip)| {
                transpose(clip, frames, channels, padded);
            });
    } else {
        let input = input.to_contiguous();
        clips
            .zip(input.storage::<f32>().par_chunks(size))
            .for_each(|(padded, clip)| {
                padded[..size].copy_from_slice(clip);
            });
    }
    padded
}

/// Transpose `[channels, frames]` to `[frames, channels]`.
fn transpose(from: &[f32], frames: usize, channels: usize, to: &mut [f32]) {
    let (whole_frames, whole_channels) = (frames - frames % WIDTH, channels - channels % WIDTH);
    vectorized(
        #[inline(always)]
        || {
            for frame in (0..whole_frames).step_by(WIDTH) {
                for channel in (0..whole_channels).step_by(WIDTH) {
                    let from = &from[channel * frames + frame..];
                    transpose_square(
                        from,
                        frames,
                        &mut to[frame * channels + channel..],
                        channels,
                    );
                }
            }
        },
    );
    for frame in 0..frames {
        let rest = if frame < whole_frames {
            whole_channels
        } else {
            0
        };
        for channel in rest..channels {
            to[frame * channels + channel] = from[channel * frames + frame];
        }
    }
}

/// Transpose the square that a matrix begins with. The lengths of rows are those of the matrices.
#[inline(always)]
fn transpose_square(from: &[f32], from_row: usize, to: &mut [f32], to_row: usize) {
    let mut square = [[0.0; WIDTH]; WIDTH];
    for (row, from) in square.iter_mut().zip(from.chunks(from_row)) {
        row.copy_from_slice(&from[..WIDTH]);
    }
    for (column, to) in to.chunks_mut(to_row).take(WIDTH).enumerate() {
        for (to, row) in to.iter_mut().zip(&square) {
            *to = row[column];
        }
    }
}
