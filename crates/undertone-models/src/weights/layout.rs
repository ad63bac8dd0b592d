//! The order of the values of a parameter in a checkpoint and in our networks.
//!
//! PyTorch keeps the axes of a weight in the opposite order: `[out, in]` for a linear layer,
//! `[out, in, kernel]` for a convolution. A grouped convolution stacks its groups along the first
//! axis.

use std::convert::Infallible;

/// Tables of embeddings, which PyTorch keeps as we do.
const UNCHANGED: [&str; 3] = [
    "embed_positions.weight",
    "rel_attn_embed.weight",
    "extra_tokens",
];

/// The layout of the values of a parameter in a checkpoint.
#[derive(Debug)]
pub(super) struct Layout {
    /// The shape there.
    pub(super) shape: Vec<usize>,
    /// Parts of equal size within which the axes are in the opposite order; 0 if the layout is
    /// ours.
    reversed_parts: usize,
}

impl Layout {
    /// The layout of a parameter of shape `ours` with this name in the checkpoint.
    pub(super) fn of(name: &str, ours: &[usize]) -> Self {
        let (shape, reversed_parts) = match *ours {
            _ if UNCHANGED.iter().any(|own| name.ends_with(own)) => (ours.to_vec(), 0),
            [heads] if name.ends_with("gru_rel_pos_const") => (vec![1, heads, 1, 1], 0),
            [heads] if name.ends_with("alibi_scale") => (vec![1, 1, heads, 1, 1], 0),
            [inputs, outputs] => (vec![outputs, inputs], 1),
            [kernel, inputs, outputs] => (vec![outputs, inputs, kernel], 1),
            [groups, kernel, inputs, outputs] => (vec![groups * outputs, inputs, kernel], groups),
            _ => (ours.to_vec(), 0),
        };
        Self {
            shape,
            reversed_parts,
        }
    }

    /// Read a parameter in our order. `read` reads as many values as it is given space for, from an
    /// element on, in the order of the checkpoint.
    pub(super) fn read<E>(
        &self,
        read: impl Fn(usize, &mut [f32]) -> Result<(), E>,
    ) -> Result<Vec<f32>, E> {
        self.reversed(read, |axes| axes)
    }

    /// Reorder the values of a checkpoint into our order.
    pub(super) fn to_ours(&self, values: &[f32]) -> Vec<f32> {
        let Ok(values) = self.read(copy_of(values));
        values
    }

    /// Reorder our values into the order of a checkpoint.
    pub(super) fn to_theirs(&self, values: &[f32]) -> Vec<f32> {
        let Ok(values) = self.reversed(copy_of(values), |[outputs, inputs, kernel]| {
            [kernel, inputs, outputs]
        });
        values
    }

    /// Reverse the axes of every part. `axes` turns the shape of a part in the checkpoint into the
    /// shape of the part as it is read.
    fn reversed<E>(
        &self,
        read: impl Fn(usize, &mut [f32]) -> Result<(), E>,
        axes: impl Fn([usize; 3]) -> [usize; 3],
    ) -> Result<Vec<f32>, E> {
        let mut values = vec![0.0; self.shape.iter().product()];
        if self.reversed_parts == 0 || values.is_empty() {
            read(0, &mut values)?;
            return Ok(values);
        }
        let kernel = self.shape.get(2).copied().unwrap_or(1);
        let shape = axes([self.shape[0] / self.reversed_parts, self.shape[1], kernel]);
        let size = values.len() / self.reversed_parts;
        for (part, values) in values.chunks_exact_mut(size).enumerate() {
            let read = |start, block: &mut [f32]| read(part * size + start, block);
            reverse_axes(read, shape, values)?;
        }
        Ok(values)
    }
}

/// Return a function that reads values out of a slice.
fn copy_of(values: &[f32]) -> impl Fn(usize, &mut [f32]) -> Result<(), Infallible> {
    |start, block| {
        block.copy_from_slice(&values[start..][..block.len()]);
        Ok(())
    }
}

/// Read values of shape `[a, b, c]` into `to`, of shape `[c, b, a]`.
fn reverse_axes<E>(
    read: impl Fn(usize, &mut [f32]) -> Result<(), E>,
    [a, b, c]: [usize; 3],
    to: &mut [f32],
) -> Result<(), E> {
    // The rows of a block stay in the cache, and a column of it fills a whole line of the cache.
    const ROWS: usize = 16;
    let columns = b * c;
    let mut block = vec![0.0; ROWS.min(a) * columns];
    for start in (0..a).step_by(ROWS) {
        let rows = ROWS.min(a - start);
        let block = &mut block[..rows * columns];
        read(start * columns, block)?;
        for column in 0..columns {
            let to = &mut to[(column % c * b + column / c) * a + start..][..rows];
            let value = |row: usize| block[row * columns + column];
            match to.first_chunk_mut::<ROWS>() {
                Some(to) => *to = std::array::from_fn(value),
                None => to
                    .iter_mut()
                    .enumerate()
                    .for_each(|(row, to)| *to = value(row)),
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_convolution_in_groups_is_reversed_group_by_group() {
        // Two groups of one output, two inputs, three kernel positions.
        let layout = Layout::of("weight", &[2, 3, 2, 1]);
        assert_eq!(layout.shape, [2, 2, 3]);
        let theirs: Vec<f32> = (0..12).map(|value| value as f32).collect();
        let ours = layout.to_ours(&theirs);
        assert_eq!(ours, [0., 3., 1., 4., 2., 5., 6., 9., 7., 10., 8., 11.]);
        assert_eq!(layout.to_theirs(&ours), theirs);
    }

    #[test]
    fn blocks_cover_sizes_that_they_do_not_divide() {
        let layout = Layout::of("weight", &[3, 37, 18]);
        let theirs: Vec<f32> = (0..3 * 37 * 18).map(|value| value as f32).collect();
        let ours = layout.to_ours(&theirs);
        // [kernel 2, in 30, out 17] of ours is [17, 30, 2] of theirs.
        assert_eq!(
            ours[(2 * 37 + 30) * 18 + 17],
            theirs[(17 * 37 + 30) * 3 + 2]
        );
        assert_eq!(layout.to_theirs(&ours), theirs);
    }
}
