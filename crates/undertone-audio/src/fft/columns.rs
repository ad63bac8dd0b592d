//! The first step of a transform: columns of 16 values.

use super::butterflies::{ORDER_16, product, root_of_unity, transform_16};
use super::planes::Planes;
use super::row::{LANES, Row};
#[cfg(target_arch = "x86_64")]
use super::transpose::transposed_avx512;
use super::transpose::{Square, transposed};

/// Transforms the columns of a matrix of 16 rows and `len` columns, multiplies them by the factors
/// between the two steps of the transform, and transposes them.
#[derive(Clone)]
pub(crate) struct Columns {
    len: usize,
    /// The factors of 16 columns each, `[row of the result][column]`.
    factors: Vec<[[Row; 2]; LANES]>,
}

impl Columns {
    /// Plan the first step of a transform of `n` values, a multiple of 256.
    pub(crate) fn new(n: usize) -> Self {
        let len = n / LANES;
        let factors = |first: usize| {
            std::array::from_fn(|row| {
                let factors: [(f32, f32); LANES] =
                    std::array::from_fn(|lane| root_of_unity(row * (first + lane), n));
                [factors.map(|(re, _)| re), factors.map(|(_, im)| im)]
            })
        };
        Self {
            len,
            factors: (0..len).step_by(LANES).map(factors).collect(),
        }
    }

    /// Transform the columns of `values`, real and imaginary parts. Row `n` of the result is column
    /// `n` of the matrix.
    #[allow(unsafe_code)]
    pub(crate) fn apply(&self, values: [&[f32]; 2], to: &mut Planes) {
        #[cfg(target_arch = "x86_64")]
        if crate::cpu::has_avx512() {
            // SAFETY: every feature that the function is compiled for was just detected.
            return unsafe { self.apply_avx512(values, to) };
        }
        self.apply_plain(values, to, transposed);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi1,bmi2,lzcnt")]
    fn apply_avx512(&self, values: [&[f32]; 2], to: &mut Planes) {
        self.apply_plain(values, to, |square| transposed_avx512(square));
    }

    #[inline(always)]
    fn apply_plain(
        &self,
        values: [&[f32]; 2],
        to: &mut Planes,
        transposed: impl Fn(&Square) -> Square,
    ) {
        let tiles = self.factors.len();
        let [re, im] = values;
        let row = |plane, n| row(plane, n * self.len, tiles);
        let re: [&[Row]; LANES] = std::array::from_fn(|n| row(re, n));
        let im: [&[Row]; LANES] = std::array::from_fn(|n| row(im, n));
        let [to_re, to_im] = to.rows_mut();
        let to = to_re
            .chunks_exact_mut(LANES)
            .zip(to_im.chunks_exact_mut(LANES));
        for ((tile, factors), (to_re, to_im)) in self.factors.iter().enumerate().zip(to) {
            let (re, im) = (re.map(|row| &row[tile]), im.map(|row| &row[tile]));
            let [out_re, out_im] = transform(re, im, factors);
            to_re.copy_from_slice(&transposed(&out_re));
            to_im.copy_from_slice(&transposed(&out_im));
        }
    }
}

/// Return `tiles` times 16 values from `start` on.
#[inline(always)]
fn row(plane: &[f32], start: usize, tiles: usize) -> &[Row] {
    &plane[start..start + tiles * LANES].as_chunks().0[..tiles]
}

/// Transform 16 columns, and multiply the result by its factors.
#[inline(always)]
fn transform(re: [&Row; LANES], im: [&Row; LANES], factors: &[[Row; 2]; LANES]) -> [Square; 2] {
    let mut out = [[[0.0; LANES]; LANES]; 2];
    let [out_re, out_im] = &mut out;
    for lane in 0..LANES {
        let mut re = re.map(|row| row[lane]);
        let mut im = im.map(|row| row[lane]);
        transform_16(&mut re, &mut im);
        (out_re[0][lane], out_im[0][lane]) = (re[0], im[0]);
        macro_rules! multiply {
            ($($row:literal)*) => {
                $(
                    let at = ORDER_16[$row];
                    let factor = (factors[$row][0][lane], factors[$row][1][lane]);
                    (out_re[$row][lane], out_im[$row][lane]) = product(re[at], im[at], factor);
                )*
            };
        }
        multiply!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_compilations_agree() {
        let values: Vec<f32> = (0..1536).map(|n| (n as f32 * 0.7).sin()).collect();
        let (re, im) = values.split_at(768);
        let columns = Columns::new(768);
        let (mut wide, mut plain) = (Planes::new(48), Planes::new(48));
        columns.apply([re, im], &mut wide);
        columns.apply_plain([re, im], &mut plain, transposed);
        assert_eq!(wide.values(), plain.values());
    }
}
