//! Products with a matrix that is used many times, such as the recurrent weights of an LSTM.
//!
//! A general matrix product packs both factors anew on every call, which pays only for large ones.
//! Here the right factor is packed once, and each value of the result is a sum in the order of
//! the rows of the right factor. So the result does not depend on how the work is divided.

use std::borrow::Cow;

use pulp::{Simd, WithSimd};

use super::left_factor::Left;
use super::panel_block::{Block, MOST_ROWS};

/// The columns of a panel: four vectors of AVX-512.
const WIDTH: usize = 64;

/// Passes over a matrix that cost less without packing.
const PASSES: usize = 3;

/// The rows of a panel that are used together, so that they stay in the nearest cache.
const DEPTH: usize = 128;

/// The right factor of products, in panels of 64 columns. A row of a panel is contiguous.
#[derive(Debug)]
pub(super) struct Panels<'a> {
    values: Cow<'a, [f32]>,
    rows: usize,
    columns: usize,
    row_stride: usize,
    panel_stride: usize,
}

impl<'a> Panels<'a> {
    /// Pack a matrix `[rows, columns]`.
    pub(super) fn pack(matrix: &[f32], columns: usize) -> Self {
        let mut panels = Self::zeros(matrix.len() / columns, columns);
        let stride = panels.panel_stride;
        for (row, values) in matrix.chunks_exact(columns).enumerate() {
            for (panel, values) in values.chunks(WIDTH).enumerate() {
                let start = panel * stride + row * WIDTH;
                panels.values.to_mut()[start..start + values.len()].copy_from_slice(values);
            }
        }
        panels
    }

    /// Pack the transpose of a matrix `[columns, rows]`.
    pub(super) fn pack_transpose(matrix: &[f32], rows: usize) -> Self {
        let columns = matrix.len() / rows;
        let mut panels = Self::zeros(rows, columns);
        let stride = panels.panel_stride;
        for (panel, values) in panels.values.to_mut().chunks_exact_mut(stride).enumerate() {
            let lines = &matrix[panel * WIDTH * rows..];
            for (group, lines) in lines.chunks(TILE * rows).take(WIDTH / TILE).enumerate() {
                transpose(lines, rows, &mut values[group * TILE..]);
            }
        }
        panels
    }

    /// Pack a matrix `[rows, columns]`, or read it where it is if that is faster for so many
    /// products with so many rows.
    pub(super) fn for_rows(
        matrix: &'a [f32],
        columns: usize,
        left_rows: usize,
        products: usize,
    ) -> Self {
        let passes = products * left_rows.div_ceil(MOST_ROWS);
        if passes > PASSES || !columns.is_multiple_of(WIDTH) {
            return Self::pack(matrix, columns);
        }
        Self {
            values: Cow::Borrowed(matrix),
            rows: matrix.len() / columns,
            columns,
            row_stride: columns,
            panel_stride: WIDTH,
        }
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    fn zeros(rows: usize, columns: usize) -> Self {
        let panels = columns.div_ceil(WIDTH);
        Self {
            values: Cow::Owned(vec![0.0; panels * rows * WIDTH]),
            rows,
            columns,
            row_stride: WIDTH,
            panel_stride: rows * WIDTH,
        }
    }

    /// Add the product of `left` and these panels to the rows of `output`, which begin every
    /// `stride` values.
    #[inline(always)]
    pub(super) fn add_product<S: Simd>(
        &self,
        simd: S,
        left: impl Left,
        rows: usize,
        output: &mut [f32],
        stride: usize,
    ) {
        struct Outlined<'a, L> {
            panels: &'a Panels<'a>,
            left: L,
            rows: usize,
            output: &'a mut [f32],
            stride: usize,
        }
        impl<L: Left> WithSimd for Outlined<'_, L> {
            type Output = ();

            #[inline(always)]
            fn with_simd<S: Simd>(self, simd: S) {
                for panel in 0..self.panels.columns.div_ceil(WIDTH) {
                    for start in (0..self.panels.rows).step_by(DEPTH) {
                        self.panels.add_panel(
                            simd,
                            self.left,
                            self.rows,
                            self.output,
                            self.stride,
                            panel,
                            start,
                        );
                    }
                }
            }
        }
        simd.vectorize(Outlined {
            panels: self,
            left,
            rows,
            output,
            stride,
        });
    }

    #[inline(always)]
    #[allow(clippy::too_many_arguments)]
    fn add_panel<S: Simd>(
        &self,
        simd: S,
        left: impl Left,
        rows: usize,
        output: &mut [f32],
        stride: usize,
        panel: usize,
        start: usize,
    ) {
        let depth = DEPTH.min(self.rows - start);
        let width = WIDTH.min(self.columns - panel * WIDTH);
        let block = Block {
            values: &self.values[panel * self.panel_stride + start * self.row_stride..],
            stride: self.row_stride,
            start,
            depth,
        };
        // Blocks of nearly equal numbers of rows.
        let blocks = rows.div_ceil(MOST_ROWS);
        let mut row = 0;
        for index in 0..blocks {
            let end = rows * (index + 1) / blocks;
            let output = &mut output[row * stride + panel * WIDTH..];
            match end - row {
                1 => block.add::<S, 1>(simd, left, row, output, stride, width),
                2 => block.add::<S, 2>(simd, left, row, output, stride, width),
                3 => block.add::<S, 3>(simd, left, row, output, stride, width),
                4 => block.add::<S, 4>(simd, left, row, output, stride, width),
                5 => block.add::<S, 5>(simd, left, row, output, stride, width),
                _ => block.add::<S, 6>(simd, left, row, output, stride, width),
            }
            row = end;
        }
    }
}

/// The lines that are transposed together: one cache line of each row of a panel.
const TILE: usize = 16;

/// The rows of a panel that stay in the nearest cache meanwhile.
const PART: usize = 64;

/// Transpose up to 16 lines of `length` values into rows of a panel, a part that stays in the
/// nearest cache at a time.
fn transpose(lines: &[f32], length: usize, panel: &mut [f32]) {
    for start in (0..length).step_by(PART) {
        let part = PART.min(length - start);
        for (line, values) in lines.chunks_exact(length).enumerate() {
            let rows = panel[start * WIDTH + line..].chunks_mut(WIDTH);
            for (row, value) in rows.zip(&values[start..start + part]) {
                row[0] = *value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use pulp::{Arch, Scalar};

    use super::super::left_factor::{Rows, Transposed};
    use super::*;

    /// This compiles only with the feature of `pulp` for AVX2. Without it, a processor without
    /// AVX-512 computes value by value.
    #[cfg(target_arch = "x86_64")]
    #[test]
    fn avx2_is_among_the_choices() {
        if let Some(avx2) = pulp::x86::V3::try_new() {
            let _choice = Arch::V3(avx2);
            assert!(!matches!(Arch::new(), Arch::Scalar));
        }
    }

    struct Product<'a, L> {
        left: L,
        right: &'a Panels<'a>,
        rows: usize,
        output: &'a mut [f32],
    }

    impl<L: Left> WithSimd for Product<'_, L> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let columns = self.right.columns();
            self.right
                .add_product(simd, self.left, self.rows, self.output, columns);
        }
    }

    /// Whole numbers, so that sums have no rounding errors.
    fn numbers(count: usize) -> Vec<f32> {
        (0..count)
            .map(|index| (index * 37 % 19) as f32 - 9.0)
            .collect()
    }

    fn transpose(matrix: &[f32], columns: usize) -> Vec<f32> {
        let rows = matrix.len() / columns;
        (0..matrix.len())
            .map(|index| matrix[index % rows * columns + index / rows])
            .collect()
    }

    fn product(left: &[f32], right: &[f32], depth: usize, columns: usize) -> Vec<f32> {
        let mut output = vec![1.0; left.len() / depth * columns];
        for (index, value) in output.iter_mut().enumerate() {
            let row = &left[index / columns * depth..][..depth];
            let column = right[index % columns..].iter().step_by(columns);
            *value += row.iter().zip(column).map(|(a, b)| a * b).sum::<f32>();
        }
        output
    }

    #[test]
    fn products_are_exact_on_every_processor() {
        for rows in [1, 2, 3, 5, 6, 7, 16, 20] {
            for (depth, columns) in [(1, 1), (3, 64), (17, 65), (128, 128), (130, 100), (300, 7)] {
                let (left, right) = (numbers(rows * depth), numbers(depth * columns));
                let expected = product(&left, &right, depth, columns);
                let (left_transposed, right_transposed) =
                    (transpose(&left, depth), transpose(&right, columns));
                let panels = [
                    Panels::pack(&right, columns),
                    Panels::pack_transpose(&right_transposed, depth),
                    Panels::for_rows(&right, columns, rows, 1),
                ];
                for right in &panels {
                    let check = |run: &dyn Fn(&mut [f32])| {
                        let mut output = vec![1.0; rows * columns];
                        run(&mut output);
                        assert!(output == expected, "{rows} × {depth} × {columns}");
                    };
                    let by_rows = Rows {
                        values: &left,
                        stride: depth,
                    };
                    let by_columns = Transposed {
                        values: &left_transposed,
                        stride: rows,
                    };
                    macro_rules! with {
                        ($left:expr, $output:expr) => {
                            Product {
                                left: $left,
                                right,
                                rows,
                                output: $output,
                            }
                        };
                    }
                    check(&|output| Arch::new().dispatch(with!(by_rows, output)));
                    check(&|output| Arch::new().dispatch(with!(by_columns, output)));
                    check(&|output| Simd::vectorize(Scalar, with!(by_rows, output)));
                    #[cfg(target_arch = "x86_64")]
                    if let Some(avx2) = pulp::x86::V3::try_new() {
                        check(&|output| Simd::vectorize(avx2, with!(by_rows, output)));
                    }
                }
            }
        }
    }
}
