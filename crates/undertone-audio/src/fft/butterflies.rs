//! Transforms of 4, 8 and 16 values, the product of complex values, and roots of unity.

use std::f32::consts::FRAC_1_SQRT_2;
use std::f64::consts::PI;

/// The cosine and the sine of π / 8.
const COS_8: f32 = 0.923_879_5;
const SIN_8: f32 = 0.382_683_43;

/// Return `exp(-2πi · k / n)`, as its real and its imaginary part.
pub(crate) fn root_of_unity(k: usize, n: usize) -> (f32, f32) {
    let angle = -2.0 * PI * (k % n) as f64 / n as f64;
    (angle.cos() as f32, angle.sin() as f32)
}

/// Multiply `re + i·im` by `factor`.
#[inline(always)]
pub(super) fn product(re: f32, im: f32, factor: (f32, f32)) -> (f32, f32) {
    (re * factor.0 - im * factor.1, re * factor.1 + im * factor.0)
}

/// Transform four of the values, in place.
#[inline(always)]
fn quarter<const N: usize>(re: &mut [f32; N], im: &mut [f32; N], at: [usize; 4]) {
    let [a, b, c, d] = at;
    let (sum_re, sum_im) = (re[a] + re[c], im[a] + im[c]);
    let (difference_re, difference_im) = (re[a] - re[c], im[a] - im[c]);
    let (odd_sum_re, odd_sum_im) = (re[b] + re[d], im[b] + im[d]);
    let (odd_difference_re, odd_difference_im) = (re[b] - re[d], im[b] - im[d]);
    (re[a], im[a]) = (sum_re + odd_sum_re, sum_im + odd_sum_im);
    (re[b], im[b]) = (
        difference_re + odd_difference_im,
        difference_im - odd_difference_re,
    );
    (re[c], im[c]) = (sum_re - odd_sum_re, sum_im - odd_sum_im);
    (re[d], im[d]) = (
        difference_re - odd_difference_im,
        difference_im + odd_difference_re,
    );
}

/// Transform four values.
#[inline(always)]
pub(super) fn transform_4(re: &mut [f32; 4], im: &mut [f32; 4]) {
    quarter(re, im, [0, 1, 2, 3]);
}

/// Transform eight values.
#[inline(always)]
pub(super) fn transform_8(re: &mut [f32; 8], im: &mut [f32; 8]) {
    const HALF: f32 = FRAC_1_SQRT_2;
    quarter(re, im, [0, 2, 4, 6]);
    quarter(re, im, [1, 3, 5, 7]);
    let odd_re = [re[1], HALF * (re[3] + im[3]), im[5], HALF * (im[7] - re[7])];
    let odd_im = [
        im[1],
        HALF * (im[3] - re[3]),
        -re[5],
        -HALF * (re[7] + im[7]),
    ];
    let (even_re, even_im) = ([re[0], re[2], re[4], re[6]], [im[0], im[2], im[4], im[6]]);
    for k in 0..4 {
        (re[k], im[k]) = (even_re[k] + odd_re[k], even_im[k] + odd_im[k]);
        (re[k + 4], im[k + 4]) = (even_re[k] - odd_re[k], even_im[k] - odd_im[k]);
    }
}

/// Transform sixteen values. The result is in the order of [`ORDER_16`].
#[inline(always)]
pub(super) fn transform_16(re: &mut [f32; 16], im: &mut [f32; 16]) {
    const HALF: f32 = FRAC_1_SQRT_2;
    quarter(re, im, [0, 4, 8, 12]);
    quarter(re, im, [1, 5, 9, 13]);
    quarter(re, im, [2, 6, 10, 14]);
    quarter(re, im, [3, 7, 11, 15]);
    let mut turn = |at: usize, factor| (re[at], im[at]) = product(re[at], im[at], factor);
    turn(5, (COS_8, -SIN_8));
    turn(6, (HALF, -HALF));
    turn(7, (SIN_8, -COS_8));
    turn(9, (HALF, -HALF));
    turn(11, (-HALF, -HALF));
    turn(13, (SIN_8, -COS_8));
    turn(14, (-HALF, -HALF));
    turn(15, (-COS_8, SIN_8));
    (re[10], im[10]) = (im[10], -re[10]);
    quarter(re, im, [0, 1, 2, 3]);
    quarter(re, im, [4, 5, 6, 7]);
    quarter(re, im, [8, 9, 10, 11]);
    quarter(re, im, [12, 13, 14, 15]);
}

/// Where [`transform_16`] leaves each value of the result.
pub(super) const ORDER_16: [usize; 16] = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15];
