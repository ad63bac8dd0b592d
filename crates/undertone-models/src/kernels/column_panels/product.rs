//! The product of a matrix in panels with a panel of another.
//!
//! Burn's product copies both operands into another order first. The right one is the larger one
//! when a clip is short: a sixth of the time of a small encoder went into the copy. Here, weights
//! are in that order from the start.

#[cfg(target_arch = "x86_64")]
use pulp::x86::{V3, V4};
#[cfg(target_arch = "x86_64")]
use pulp::{NullaryFnOnce, Simd};

#[cfg(target_arch = "x86_64")]
use super::element::Convert;
use super::element::Element;
use super::matrix::{Operand, WIDTH};
#[cfg(target_arch = "x86_64")]
use crate::kernels::unroll::unroll;

/// What is added to a product.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Added<'a> {
    Nothing,
    /// A row, to each row.
    Bias(&'a [f32; WIDTH]),
    /// What was there, and a row to each row.
    Sum(&'a [f32; WIDTH]),
}

/// Return whether there is a version for this processor. Without one, this is slower than Burn.
pub(crate) fn is_fast() -> bool {
    #[cfg(target_arch = "x86_64")]
    let is_fast = V3::try_new().is_some();
    #[cfg(not(target_arch = "x86_64"))]
    let is_fast = false;
    is_fast
}

/// Compute `left · right`, where `right` is a panel, `[depth, WIDTH]`, and so is the result.
pub(crate) fn multiply<T: Element>(
    left: Operand<'_>,
    right: &[T],
    added: Added<'_>,
    to: &mut [f32],
) {
    let product = Product {
        left,
        right,
        added,
        to,
    };
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(avx512) = V4::try_new() {
            return Simd::vectorize(avx512, Vectorized(product, avx512));
        }
        if let Some(avx2) = V3::try_new() {
            return Simd::vectorize(avx2, Vectorized(product, avx2));
        }
    }
    plain(product);
}

struct Product<'a, T> {
    left: Operand<'a>,
    right: &'a [T],
    added: Added<'a>,
    to: &'a mut [f32],
}

/// A closure would not be compiled for the instructions of `S` as a whole.
#[cfg(target_arch = "x86_64")]
struct Vectorized<'a, T, S>(Product<'a, T>, S);

#[cfg(target_arch = "x86_64")]
impl<T: Element> NullaryFnOnce for Vectorized<'_, T, V4> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        by_blocks::<V4, T, 14>(self.1, self.0);
    }
}

#[cfg(target_arch = "x86_64")]
impl<T: Element> NullaryFnOnce for Vectorized<'_, T, V3> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        by_blocks::<V3, T, 6>(self.1, self.0);
    }
}

/// The registers for a row of a block: a panel of AVX-512, and half of one of AVX2.
#[cfg(target_arch = "x86_64")]
const REGISTERS: usize = 2;

/// Multiply blocks of at most `MOST` rows.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn by_blocks<S: Convert, T: Element, const MOST: usize>(simd: S, product: Product<'_, T>) {
    let Product {
        left,
        right,
        added,
        to,
    } = product;
    let blocks = left.rows.div_ceil(MOST);
    let mut first = 0;
    for block in 0..blocks {
        let end = left.rows * (block + 1) / blocks;
        for column in (0..WIDTH).step_by(REGISTERS * S::F32_LANES) {
            let part = Product {
                left: Operand {
                    values: &left.values[first * left.row_stride..],
                    rows: end - first,
                    ..left
                },
                right,
                added,
                to: &mut to[first * WIDTH..end * WIDTH],
            };
            multiply_rows::<S, T, MOST>(simd, part, column);
        }
        first = end;
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn multiply_rows<S: Convert, T: Element, const MOST: usize>(
    simd: S,
    part: Product<'_, T>,
    column: usize,
) {
    macro_rules! choose {
        ($($rows:literal)*) => {
            match part.left.rows {
                $($rows => multiply_block::<S, T, $rows>(simd, part, column),)*
                _ => unreachable!("a block has no more rows"),
            }
        };
    }
    if MOST > 6 {
        choose!(1 2 3 4 5 6 7 8 9 10 11 12 13 14);
    } else {
        choose!(1 2 3 4 5 6);
    }
}

/// Multiply `ROWS` rows by some columns of the panel, from `first_column` on. The results stay in
/// registers.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
#[allow(unsafe_code)]
fn multiply_block<S: Convert, T: Element, const ROWS: usize>(
    simd: S,
    part: Product<'_, T>,
    first_column: usize,
) {
    let Product {
        left,
        right,
        added,
        to,
    } = part;
    let start = match added {
        Added::Nothing => [simd.splat_f32s(0.0); REGISTERS],
        Added::Bias(row) | Added::Sum(row) => {
            f32::registers::<S, REGISTERS>(simd, &row[first_column..])
        }
    };
    let mut sums = [start; ROWS];
    let (right, _) = right.as_chunks::<WIDTH>();
    let mut depth = 0;
    for part in 0..left.parts() {
        let (first, length) = left.part(part);
        let values = &left.values[first..][..(ROWS - 1) * left.row_stride + length];
        for column in 0..length {
            let right_row = T::registers::<S, REGISTERS>(simd, &right[depth][first_column..]);
            unroll!(ROW in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 {
                if ROW < ROWS {
                    // SAFETY: `ROW` is at most `ROWS - 1` and `column` at most `length - 1`, and
                    // the slice was cut to hold the value of both.
                    let value = unsafe { *values.get_unchecked(ROW * left.row_stride + column) };
                    let value = simd.splat_f32s(value);
                    unroll!(REGISTER in 0 1 {
                        let sum = &mut sums[ROW][REGISTER];
                        *sum = simd.mul_add_f32s(value, right_row[REGISTER], *sum);
                    });
                }
            });
            depth += 1;
        }
    }
    unroll!(ROW in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 {
        if ROW < ROWS {
            let to = &mut to[ROW * WIDTH + first_column..][..REGISTERS * S::F32_LANES];
            let (to, _) = S::as_mut_simd_f32s(to);
            unroll!(REGISTER in 0 1 {
                let sum = sums[ROW][REGISTER];
                to[REGISTER] = match added {
                    Added::Sum(_) => simd.add_f32s(to[REGISTER], sum),
                    Added::Nothing | Added::Bias(_) => sum,
                };
            });
        }
    });
}

/// Multiply without vector instructions.
fn plain<T: Element>(product: Product<'_, T>) {
    let Product {
        left,
        right,
        added,
        to,
    } = product;
    for (row, to) in to.chunks_exact_mut(WIDTH).take(left.rows).enumerate() {
        let mut sums = match added {
            Added::Nothing => [0.0; WIDTH],
            Added::Bias(bias) | Added::Sum(bias) => *bias,
        };
        let parts = (0..left.parts()).map(|part| left.part(part));
        let values = parts.flat_map(|(first, length)| {
            let start = first + row * left.row_stride;
            &left.values[start..start + length]
        });
        for (value, right) in values.zip(right.chunks_exact(WIDTH)) {
            for (sum, right) in sums.iter_mut().zip(right) {
                *sum += value * right.to_f32();
            }
        }
        for (to, sum) in to.iter_mut().zip(sums) {
            match added {
                Added::Sum(_) => *to += sum,
                Added::Nothing | Added::Bias(_) => *to = sum,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use half::f16;

    use super::super::matrix::Panels;
    use super::*;

    /// The product by the best vectors and by those of AVX2, and in plain loops.
    fn products<T: Element>(left: Operand<'_>, right: &[T], added: Added<'_>) -> [Vec<f32>; 3] {
        let mut results = [(); 3].map(|()| vec![2.0; left.rows * WIDTH]);
        let [best, narrow, expected] = &mut results;
        multiply(left, right, added, best);
        multiply(left, right, added, narrow);
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = V3::try_new() {
            narrow.fill(2.0);
            let product = Product {
                left,
                right,
                added,
                to: narrow,
            };
            Simd::vectorize(avx2, Vectorized(product, avx2));
        }
        plain(Product {
            left,
            right,
            added,
            to: expected,
        });
        results
    }

    /// Rows alone and windows of a convolution, with blocks of all sizes.
    #[test]
    fn vectors_and_plain_loops_agree() {
        for (rows, columns, taps, stride) in [(1, 1, 1, 1), (29, 70, 1, 1), (44, 64, 3, 2)] {
            let value = |index: usize| (index * 37 % 101) as f32 / 50.0 - 1.0;
            let values: Vec<f32> = (0..rows * columns).map(value).collect();
            let left = Panels::from_rows(&values, columns);
            let left = Operand::windows(&left, taps, stride);
            let right = (0..left.depth() * WIDTH).map(value).rev();
            let halves: Vec<f16> = right.map(f16::from_f32).collect();
            let right: Vec<f32> = halves.iter().map(|half| half.to_f32()).collect();
            let bias = [0.5; WIDTH];
            for added in [Added::Nothing, Added::Bias(&bias), Added::Sum(&bias)] {
                let results = products(left, &right, added);
                assert_eq!(products(left, &halves, added), results, "16-bit floats");
                let [best, narrow, expected] = results;
                assert_eq!(best, narrow);
                for (best, expected) in best.iter().zip(&expected) {
                    assert!((*best - *expected).abs() < 1e-4, "{best} is not {expected}");
                }
            }
        }
    }
}
