//! Zeros around the clips of a batch.

use burn::backend::Flex;
use burn::backend::tensor::FloatTensor;
use rayon::prelude::*;

use super::geometry::Geometry;
use crate::kernels::vector_math::vectorized;

/// The width of the squares that are transposed at once.
const WIDTH: usize = 16;

/// Copy an input, `[batch, height, width, channels]` of any layout, and put zeros around each clip.
pub(super) fn pad(input: FloatTensor<Flex>, shape: &Geometry) -> Vec<f32> {
    let channels = shape.inputs;
    // Of a row or a clip, which are the same if the height is 1.
    let (row, size) = (
        shape.width * channels,
        shape.height * shape.width * channels,
    );
    let mut padded = vec![0.0; shape.padded_positions(shape.batch) * channels];
    let clips = padded[shape.margin() * channels..].par_chunks_mut(shape.pitch() * channels);
    let layout = input.layout();
    let strides = layout.strides();
    let strides = [strides[0], strides[1], strides[2], strides[3]];
    // Features have bands before frames, so that a batch of them is a view with such strides: with
    // bands as channels in one row, or as columns with one channel.
    let transposed = if shape.height == 1 {
        (strides[0] == size as isize && strides[2..] == [1, shape.width as isize])
            .then_some([shape.width, channels])
    } else {
        (channels == 1 && strides[..3] == [size as isize, 1, shape.height as isize])
            .then_some([shape.height, shape.width])
    };
    if let Some([rows, columns]) = transposed {
        let to_row = if shape.height == 1 {
            columns
        } else {
            shape.row_pitch()
        };
        let values = &input.storage::<f32>()[layout.start_offset()..];
        clips
            .zip(values.par_chunks(size))
            .for_each(|(padded, clip)| transpose(clip, [rows, columns], padded, to_row));
    } else {
        let input = input.to_contiguous();
        clips
            .zip(input.storage::<f32>().par_chunks(size))
            .for_each(|(padded, clip)| {
                let padded = padded.chunks_mut(shape.row_pitch() * channels);
                for (padded, values) in padded.zip(clip.chunks_exact(row)) {
                    padded[..row].copy_from_slice(values);
                }
            });
    }
    padded
}

/// Transpose `[columns, rows]` to `[rows, columns]`, whose rows begin every `to_row` values.
fn transpose(from: &[f32], [rows, columns]: [usize; 2], to: &mut [f32], to_row: usize) {
    let (whole_rows, whole_columns) = (rows - rows % WIDTH, columns - columns % WIDTH);
    vectorized(
        #[inline(always)]
        || {
            for row in (0..whole_rows).step_by(WIDTH) {
                for column in (0..whole_columns).step_by(WIDTH) {
                    let from = &from[column * rows + row..];
                    transpose_square(from, rows, &mut to[row * to_row + column..], to_row);
                }
            }
        },
    );
    for row in 0..rows {
        let rest = if row < whole_rows { whole_columns } else { 0 };
        for column in rest..columns {
            to[row * to_row + column] = from[column * rows + row];
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
