//! The order of the values of a parameter in a checkpoint and in our networks.
//!
//! PyTorch keeps the axes of a weight in the opposite order: `[out, in]` for a linear layer,
//! `[out, in, kernel]` for a convolution. A grouped convolution stacks its groups along the first
//! axis.

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
            _ if name.ends_with("embed_positions.weight") => (ours.to_vec(), 0),
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

    /// Reorder the values of a checkpoint into our order.
    pub(super) fn to_ours(&self, values: Vec<f32>) -> Vec<f32> {
        self.reversed(values, |axes| axes)
    }

    /// Reorder our values into the order of a checkpoint.
    pub(super) fn to_theirs(&self, values: Vec<f32>) -> Vec<f32> {
        self.reversed(values, |[outputs, inputs, kernel]| {
            [kernel, inputs, outputs]
        })
    }

    /// Reverse the axes of every part. `axes` turns the shape of a part in the checkpoint into the
    /// shape of the part in `values`.
    fn reversed(&self, values: Vec<f32>, axes: impl Fn([usize; 3]) -> [usize; 3]) -> Vec<f32> {
        if self.reversed_parts == 0 || values.is_empty() {
            return values;
        }
        let kernel = self.shape.get(2).copied().unwrap_or(1);
        let shape = axes([self.shape[0] / self.reversed_parts, self.shape[1], kernel]);
        let size = values.len() / self.reversed_parts;
        let mut reversed = vec![0.0; values.len()];
        for (from, to) in values
            .chunks_exact(size)
            .zip(reversed.chunks_exact_mut(size))
        {
            reverse_axes(from, shape, to);
        }
        reversed
    }
}

/// Copy `from`, of shape `[a, b, c]`, into `to`, of shape `[c, b, a]`.
fn reverse_axes(from: &[f32], [a, b, c]: [usize; 3], to: &mut [f32]) {
    // Tile by tile, so that both sides stay in the cache.
    const TILE: usize = 16;
    let tiles = |size: usize| {
        (0..size)
            .step_by(TILE)
            .map(move |start| start..size.min(start + TILE))
    };
    for rows in tiles(a) {
        for middles in tiles(b) {
            for columns in tiles(c) {
                for row in rows.clone() {
                    for middle in middles.clone() {
                        for column in columns.clone() {
                            to[(column * b + middle) * a + row] =
                                from[(row * b + middle) * c + column];
                        }
                    }
                }
            }
        }
    }
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
        let ours = layout.to_ours(theirs.clone());
        assert_eq!(ours, [0., 3., 1., 4., 2., 5., 6., 9., 7., 10., 8., 11.]);
        assert_eq!(layout.to_theirs(ours), theirs);
    }

    #[test]
    fn tiles_cover_sizes_that_they_do_not_divide() {
        let layout = Layout::of("weight", &[3, 37, 18]);
        let theirs: Vec<f32> = (0..3 * 37 * 18).map(|value| value as f32).collect();
        let ours = layout.to_ours(theirs.clone());
        // [kernel 2, in 30, out 17] of ours is [17, 30, 2] of theirs.
        assert_eq!(
            ours[(2 * 37 + 30) * 18 + 17],
            theirs[(17 * 37 + 30) * 3 + 2]
        );
        assert_eq!(layout.to_theirs(ours), theirs);
    }
}
