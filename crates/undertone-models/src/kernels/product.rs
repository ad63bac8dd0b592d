//! Products of matrices that are views of memory.
//!
//! The crate `gemm`, which the CPU back end of Burn uses too, reaches the peak of a core. Through
//! Burn each product would be a tensor of its own, and would start the threads of a pool.

use gemm::Parallelism;

/// A matrix as a view of `values`: the element in row `r` and column `c` is
/// `values[r * row_stride + c * column_stride]`.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) values: &'a [f32],
    pub(super) row_stride: usize,
    pub(super) column_stride: usize,
}

impl<'a> View<'a> {
    /// View `values` as a matrix whose rows follow each other.
    pub(super) fn rows(values: &'a [f32], columns: usize) -> Self {
        Self {
            values,
            row_stride: columns,
            column_stride: 1,
        }
    }

    /// View the matrix with rows and columns exchanged.
    pub(super) fn transposed(self) -> Self {
        Self {
            values: self.values,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }

    fn holds(&self, rows: usize, columns: usize) -> bool {
        (rows - 1) * self.row_stride + (columns - 1) * self.column_stride < self.values.len()
    }
}

/// Compute the product of `left`, `[rows, depth]`, and `right`, `[depth, columns]`, on this thread.
/// Write it to `output`, whose rows follow each other, or add it to what is there if `add`.
///
/// # Panics
/// If a view is smaller than its shape.
#[allow(unsafe_code)]
pub(super) fn multiply(
    [rows, depth, columns]: [usize; 3],
    left: View<'_>,
    right: View<'_>,
    output: &mut [f32],
    add: bool,
) {
    if rows == 0 || columns == 0 {
        return;
    }
    assert!(
        depth > 0
            && left.holds(rows, depth)
            && right.holds(depth, columns)
            && output.len() >= rows * columns,
        "a matrix is smaller than its shape"
    );
    // SAFETY: the largest offset of each matrix is inside its slice, as asserted above. `output` is
    // borrowed alone, so it overlaps neither `left` nor `right`.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            depth,
            output.as_mut_ptr(),
            1,
            columns as isize,
            add,
            left.values.as_ptr(),
            left.column_stride as isize,
            left.row_stride as isize,
            right.values.as_ptr(),
            right.column_stride as isize,
            right.row_stride as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sum of products, one element at a time.
    fn plain([rows, depth, columns]: [usize; 3], left: View<'_>, right: View<'_>) -> Vec<f32> {
        let element = |view: View<'_>, row: usize, column: usize| {
            view.values[row * view.row_stride + column * view.column_stride]
        };
        let sum = |row, column| {
            (0..depth)
                .map(|at| element(left, row, at) * element(right, at, column))
                .sum()
        };
        (0..rows * columns)
            .map(|index| sum(index / columns, index % columns))
            .collect()
    }

    #[test]
    fn equals_sums_of_products() {
        let values: Vec<f32> = (0..997).map(|it| ((it * 37) % 101) as f32 - 50.0).collect();
        for shape in [[1, 1, 1], [7, 9, 5], [31, 12, 17], [2, 40, 3]] {
            let [_, depth, columns] = shape;
            // Rows that overlap, as the windows of a convolution do.
            let overlapping = View::rows(&values, 3);
            let right = View::rows(&values[100..], columns);
            let transposed = View::rows(&values[50..], depth).transposed();
            for right in [right, transposed] {
                let expected = plain(shape, overlapping, right);
                let mut output = vec![1.0; expected.len()];
                multiply(shape, overlapping, right, &mut output, false);
                assert_eq!(output, expected);
                multiply(shape, overlapping, right, &mut output, true);
                let twice: Vec<f32> = expected.iter().map(|value| 2.0 * value).collect();
                assert_eq!(output, twice);
            }
        }
    }

    #[test]
    #[should_panic(expected = "a matrix is smaller than its shape")]
    fn refuses_a_view_that_is_too_small() {
        let view = View::rows(&[0.0; 5], 3);
        multiply(
            [2, 3, 2],
            view,
            View::rows(&[0.0; 6], 2),
            &mut [0.0; 4],
            false,
        );
    }
}
