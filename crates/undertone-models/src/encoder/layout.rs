//! The order of a parameter's values in a checkpoint and in ours.
//!
//! PyTorch keeps the axes of a weight in the opposite order of ours: `[out, in]` for a linear layer,
//! `[out, in, kernel]` for a convolution. A convolution in groups stacks them along its first axis.

/// How a parameter's values lie in a checkpoint.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// The shape there.
    pub(super) shape: Vec<usize>,
    /// Parts of equal size within which the axes are in the opposite order; none if the values lie
    /// as ours do.
    reversed_parts: usize,
}

impl Layout {
    /// For a parameter of shape `ours`, by its name in the checkpoint.
    pub(super) fn of(name: &str, ours: &[usize]) -> Self {
        let (shape, reversed_parts) = match *ours {
            _ if name.ends_with("embed_positions.weight") => return Self::same(ours.to_vec()),
            [inputs, outputs] => (vec![outputs, inputs], 1),
            [kernel, inputs, outputs] => (vec![outputs, inputs, kernel], 1),
            [groups, kernel, inputs, outputs] => (vec![groups * outputs, inputs, kernel], groups),
            _ => return Self::same(ours.to_vec()),
        };
        Self {
            shape,
            reversed_parts,
        }
    }

    /// For values that lie in a checkpoint as they do here.
    pub(super) fn same(shape: Vec<usize>) -> Self {
        Self {
            shape,
            reversed_parts: 0,
        }
    }

    /// A checkpoint's values in our order.
    pub(super) fn to_ours(&self, values: Vec<f32>) -> Vec<f32> {
        self.reversed(values, |axes| axes)
    }

    /// Our values in a checkpoint's order.
    pub(super) fn to_theirs(&self, values: Vec<f32>) -> Vec<f32> {
        self.reversed(values, |[outputs, inputs, kernel]| {
            [kernel, inputs, outputs]
        })
    }

    /// The axes of every part reversed; `axes` turns a part's shape in the checkpoint into the
    /// one that `values` have.
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

/// `from`, of shape `[a, b, c]`, into `to`, of shape `[c, b, a]`.
fn reverse_axes(from: &[f32], [a, b, c]: [usize; 3], to: &mut [f32]) {
    // Tile by tile, so that neither side strides through the whole memory.
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
