//! The product of matrices of 8-bit integers, with 32-bit sums.
//!
//! The crate `gemm` multiplies floats only, and `rten-gemm` is a part of an inference engine, so
//! this is our own. Instructions of VNNI multiply four pairs of integers and add them, those of
//! AVX2 two. The plain loops take twice as long as floats.

use super::int8::{Int8Panels, Int8Rows, QUAD};
use super::int8_block::{Block, Scales};
use super::matrix::{Operand, WIDTH};
use super::product::Added;
use super::rounding::GROUP;
#[cfg(target_arch = "x86_64")]
use super::{product_avx_vnni, product_avx2, product_vnni};
use crate::kernels::vector_math::vectorized;

/// The most rows that are multiplied together.
const ROWS: usize = 14;

/// Compute a panel of `left · weight`, the one with this index. `rows` are the values of `left`.
pub(crate) fn multiply_int8(
    left: Operand<'_>,
    rows: &Int8Rows,
    weight: &Int8Panels,
    panel: usize,
    added: Added<'_>,
    to: &mut [f32],
) {
    let fits = (left.depth(), left.taps) == (weight.depth(), weight.taps());
    assert!(
        fits && left.columns.is_multiple_of(QUAD),
        "the depth of a product of integers"
    );
    let apart = left.row_stride / WIDTH;
    let groups = left.columns.div_ceil(GROUP);
    let blocks = left.rows.div_ceil(ROWS);
    let mut first = 0;
    for block in 0..blocks {
        let end = left.rows * (block + 1) / blocks;
        let to = &mut to[first * WIDTH..end * WIDTH];
        let mut added = added;
        // Each group has scales of its own, so their products are added as floats.
        for group in weight.groups(panel) {
            let row = first * apart + group.tap;
            let start = group.index * GROUP / WIDTH * left.panel_stride + row * WIDTH;
            let block = Block {
                place: Operand {
                    rows: end - first,
                    columns: group.values.len() / WIDTH,
                    taps: 1,
                    ..left
                },
                rows: &rows.values[start..],
                #[cfg(target_arch = "x86_64")]
                wide: rows.wide.get(start..).unwrap_or_default(),
                panel: group.values,
                starts: &group.columns.starts,
            };
            let scales = Scales {
                rows: &rows.scales[row * groups + group.index..],
                apart: apart * groups,
                columns: &group.columns.scales,
                added,
            };
            multiply_block(block, scales, to);
            added = Added::Sum(&[0.0; WIDTH]);
        }
        first = end;
    }
}

/// Multiply a block.
fn multiply_block(block: Block<'_>, scales: Scales<'_>, to: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if product_vnni::multiply(block, scales, to) {
        return;
    }
    let mut sums = [[0; WIDTH]; ROWS];
    let sums = &mut sums[..block.place.rows];
    add_up(block, sums);
    vectorized(
        #[inline(always)]
        || scales.apply(sums, to),
    );
}

/// Compute the sums of the products of a block.
fn add_up(block: Block<'_>, sums: &mut [[i32; WIDTH]]) {
    #[cfg(target_arch = "x86_64")]
    if product_avx_vnni::add_up(block, sums) || product_avx2::add_up(block, sums) {
        return;
    }
    vectorized(
        #[inline(always)]
        || plain(block, sums),
    );
}

/// Compute the sums without the instructions for them.
#[inline(always)]
fn plain(block: Block<'_>, sums: &mut [[i32; WIDTH]]) {
    for (row, sums) in sums.iter_mut().enumerate() {
        *sums = *block.starts;
        let mut right = block.panel.chunks_exact(QUAD * WIDTH);
        for part in 0..block.place.parts() {
            let (values, length) = block.part(part);
            let values = &values[row * block.place.row_stride..][..length];
            for (left, right) in values.chunks_exact(QUAD).zip(&mut right) {
                for (sum, right) in sums.iter_mut().zip(right.as_chunks::<QUAD>().0) {
                    for (left, right) in left.iter().zip(right) {
                        *sum += i32::from(*left) * i32::from(*right);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::matrix::Panels;
    use super::*;
    use crate::kernels::cores::Cores;

    fn values(count: usize, seed: usize) -> Vec<f32> {
        let value = |index: usize| ((index * 37 + seed * 11) % 101) as f32 / 50.0 - 1.0;
        (0..count).map(value).collect()
    }

    /// Rows alone, and windows of a convolution.
    #[test]
    fn is_the_product_of_the_rounded_matrices() {
        for (rows, columns, taps, stride, outputs) in [
            (1, 4, 1, 1, 1),
            (17, 36, 1, 1, 40),
            (31, 64, 3, 2, 70),
            // More than one group, and a last one that is shorter.
            (31, 160, 1, 1, 40),
            (31, 292, 3, 2, 70),
        ] {
            let left = Panels::from_rows(&values(rows * columns, 1), columns);
            let left = Operand::windows(&left, taps, stride);
            let weight = values(columns * taps * outputs, 2);
            let weight = Panels::from_rows(&weight, outputs);
            let rounded = Int8Rows::of(left, Cores::One);
            let integers = Int8Panels::of(&weight, taps).expect("the depth is a multiple of 4");
            for panel in 0..outputs.div_ceil(WIDTH) {
                let bias = [0.5; WIDTH];
                let mut ours = vec![0.0; left.rows * WIDTH];
                let added = Added::Bias(&bias);
                multiply_int8(left, &rounded, &integers, panel, added, &mut ours);
                let mut exact = ours.clone();
                super::super::multiply(left, weight.panel(panel), added, &mut exact);
                // Each value is off by half a scale at most.
                let largest = left.depth() as f32 * 1.02 / 127.0;
                let width = WIDTH.min(outputs - panel * WIDTH);
                for (ours, exact) in ours.chunks(WIDTH).zip(exact.chunks(WIDTH)) {
                    for (ours, exact) in ours[..width].iter().zip(exact) {
                        assert!((ours - exact).abs() < largest, "{ours} is not {exact}");
                    }
                }
            }
        }
    }

    #[test]
    fn instructions_and_plain_loops_agree() {
        agree(&values(27 * 100, 3), &values(100 * 32, 4));
        // The largest integers.
        agree(&[1.0; 27 * 100], &[-1.0; 100 * 32]);
        agree(&[-1.0; 27 * 100], &[-1.0; 100 * 32]);
    }

    /// Compare blocks of all sizes, of rows beside each other and of every other row.
    fn agree(left: &[f32], weight: &[f32]) {
        let left = Panels::from_rows(left, 100);
        let weight = Panels::from_rows(weight, 32);
        let weight = Int8Panels::of(&weight, 1).expect("the depth is a multiple of 4");
        for stride in [1, 2] {
            for rows in 1..=ROWS {
                let left = Operand {
                    rows,
                    ..Operand::windows(&left, 1, stride)
                };
                agree_on_block(left, &weight);
            }
        }
    }

    fn agree_on_block(left: Operand<'_>, weight: &Int8Panels) {
        let rows = Int8Rows::of(left, Cores::One);
        let group = weight.groups(0).next().expect("a group");
        #[cfg(target_arch = "x86_64")]
        let wide = super::super::wide::widen(&rows.values);
        let block = Block {
            place: left,
            rows: &rows.values,
            #[cfg(target_arch = "x86_64")]
            wide: &wide,
            panel: group.values,
            starts: &group.columns.starts,
        };
        let mut expected = vec![[0; WIDTH]; left.rows];
        plain(block, &mut expected);
        let [mut best, mut narrow] = [(); 2].map(|()| vec![[0; WIDTH]; left.rows]);
        add_up(block, &mut best);
        assert_eq!(best, expected);
        #[cfg(target_arch = "x86_64")]
        if product_avx2::add_up(block, &mut narrow) {
            assert_eq!(narrow, expected);
        }
        let bias = std::array::from_fn(|index| index as f32);
        for added in [Added::Nothing, Added::Bias(&bias), Added::Sum(&bias)] {
            let scales = Scales {
                rows: &rows.scales,
                apart: left.row_stride / WIDTH,
                columns: &group.columns.scales,
                added,
            };
            let [mut best, mut plain] = [(); 2].map(|()| vec![3.0; left.rows * WIDTH]);
            scales.apply(&expected, &mut plain);
            multiply_block(block, scales, &mut best);
            assert_eq!(best, plain);
        }
    }

    /// A damaged model or input must not become a confident answer.
    #[test]
    fn what_is_not_finite_stays_so() {
        let weight = Panels::from_rows(&values(192 * 32, 5), 32);
        let integers = Int8Panels::of(&weight, 1).expect("the depth is a multiple of 4");
        let kernel = Int8Panels::of(&weight, 3).expect("each tap is a multiple of 4");
        for wrong in [f32::NAN, f32::INFINITY] {
            let mut broken = values(192 * 32, 5);
            broken[77] = wrong;
            assert!(Int8Panels::of(&Panels::from_rows(&broken, 32), 1).is_none());

            let mut rows = values(5 * 192, 6);
            rows[2 * 192 + 7] = wrong;
            let rows = Panels::from_rows(&rows, 192);
            let mut product = [0.0; 5 * WIDTH];
            let left = Operand::all(&rows);
            let rounded = Int8Rows::of(left, Cores::One);
            multiply_int8(left, &rounded, &integers, 0, Added::Nothing, &mut product);
            for (row, product) in product.chunks(WIDTH).enumerate() {
                assert!(product.iter().all(|it| it.is_nan() == (row == 2)));
            }

            let mut frames = values(11 * 64, 7);
            frames[4 * 64 + 3] = wrong;
            let frames = Panels::from_rows(&frames, 64);
            let windows = Operand::windows(&frames, 3, 2);
            let rounded = Int8Rows::of(windows, Cores::One);
            multiply_int8(windows, &rounded, &kernel, 0, Added::Nothing, &mut product);
            // The frame is in the second and the third of the windows.
            for (row, product) in product.chunks(WIDTH).enumerate() {
                assert!(
                    product
                        .iter()
                        .all(|it| it.is_nan() == [1, 2].contains(&row))
                );
            }
        }
    }
}
