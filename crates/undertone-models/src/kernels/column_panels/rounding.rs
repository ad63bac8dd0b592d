//! Rounding of rows to 8-bit integers.

#[cfg(target_arch = "x86_64")]
use pulp::x86::{V3, V4};
use pulp::{NullaryFnOnce, Scalar, Simd};

use super::matrix::WIDTH;
use crate::kernels::vector_math::ROUNDER;

/// What is added to the integers of a row: the instructions multiply unsigned by signed integers.
pub(super) const SHIFT: u8 = 128;

/// The panels of a group.
const PANELS: usize = 4;

/// The depth that shares a scale.
pub(super) const GROUP: usize = PANELS * WIDTH;

/// The largest integer.
const LARGEST: f32 = 127.0;

/// Return the scale with which the largest absolute value becomes the largest integer.
#[inline(always)]
pub(super) fn scale_of(largest: f32) -> f32 {
    if largest == 0.0 {
        1.0
    } else {
        largest / LARGEST
    }
}

/// Divide each row of each group of [`PANELS`] by a scale of its own, round, and add [`SHIFT`].
/// Panels of `from` begin every `size` values. `scales` are those of the groups of the first row,
/// of the second one, and so on. With a value that is not finite, a scale is not a number.
pub(super) fn round_rows(from: &[f32], size: usize, to: Vec<&mut [u8]>, scales: &mut [f32]) {
    let rows = Rows {
        from,
        size,
        to,
        scales,
    };
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(avx512) = V4::try_new() {
            return Simd::vectorize(avx512, Vectorized(rows, avx512));
        }
        if let Some(avx2) = V3::try_new() {
            return Simd::vectorize(avx2, Vectorized(rows, avx2));
        }
    }
    Vectorized(rows, Scalar::new()).call();
}

struct Rows<'a, 'b> {
    from: &'a [f32],
    size: usize,
    to: Vec<&'b mut [u8]>,
    scales: &'b mut [f32],
}

struct Vectorized<'a, 'b, S>(Rows<'a, 'b>, S);

impl<S: LowestBytes> NullaryFnOnce for Vectorized<'_, '_, S> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self(rows, simd) = self;
        let Rows {
            from,
            size,
            mut to,
            scales,
        } = rows;
        let groups = to.len().div_ceil(PANELS);
        for (row, scales) in scales.chunks_exact_mut(groups).enumerate() {
            let first = row * WIDTH;
            let groups = from.chunks(PANELS * size).zip(to.chunks_mut(PANELS));
            for ((from, to), scale) in groups.zip(scales) {
                *scale = round_row(simd, &from[first..], size, first, to);
            }
        }
    }
}

/// Round a row of a group. It begins with `from`, and in the panels of `to` at `first`.
#[inline(always)]
fn round_row<S: LowestBytes>(
    simd: S,
    from: &[f32],
    size: usize,
    first: usize,
    to: &mut [&mut [u8]],
) -> f32 {
    let mut largest = simd.splat_f32s(0.0);
    // Not a number as soon as a value is not finite.
    let mut zeros = simd.splat_f32s(0.0);
    for panel in from.chunks(size) {
        let (values, _) = S::as_simd_f32s(&panel[..WIDTH]);
        for value in values {
            largest = simd.max_f32s(largest, simd.abs_f32s(*value));
            zeros = simd.add_f32s(simd.mul_f32s(*value, simd.splat_f32s(0.0)), zeros);
        }
    }
    // The integers of a row of less than 4e-37 have no meaning. Such a row is as good as zero.
    let scale = scale_of(simd.reduce_max_f32s(largest)) + simd.reduce_sum_f32s(zeros);
    let factor = simd.splat_f32s(1.0 / scale);
    for (panel, to) in from.chunks(size).zip(to) {
        let (values, _) = S::as_simd_f32s(&panel[..WIDTH]);
        let to = &mut to[first..first + WIDTH];
        for (value, to) in values.iter().zip(to.chunks_exact_mut(S::F32_LANES)) {
            let value = simd.mul_f32s(*value, factor);
            let value = simd.add_f32s(value, simd.splat_f32s(ROUNDER));
            simd.store_lowest_bytes(value, to);
        }
    }
    scale
}

/// Instructions that keep the lowest byte of each value. The compiler takes it out of AVX-512's
/// registers one by one.
trait LowestBytes: Simd {
    /// Store the lowest byte of each value, plus [`SHIFT`].
    fn store_lowest_bytes(self, values: Self::f32s, to: &mut [u8]);
}

#[cfg(target_arch = "x86_64")]
impl LowestBytes for V4 {
    #[inline(always)]
    fn store_lowest_bytes(self, values: Self::f32s, to: &mut [u8]) {
        let bytes = self.avx512f._mm512_cvtepi32_epi8(pulp::cast(values));
        let bytes = self
            .sse2
            ._mm_xor_si128(bytes, self.sse2._mm_set1_epi8(SHIFT as i8));
        to.copy_from_slice(&pulp::cast::<_, [u8; 16]>(bytes));
    }
}

#[cfg(target_arch = "x86_64")]
impl LowestBytes for V3 {
    #[inline(always)]
    fn store_lowest_bytes(self, values: Self::f32s, to: &mut [u8]) {
        for (to, value) in to.iter_mut().zip(pulp::cast::<_, [u32; 8]>(values)) {
            *to = (value as u8) ^ SHIFT;
        }
    }
}

impl LowestBytes for Scalar {
    #[inline(always)]
    fn store_lowest_bytes(self, value: Self::f32s, to: &mut [u8]) {
        to[0] = (value.to_bits() as u8) ^ SHIFT;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The integers and scales of rows by the best instructions, by those of AVX2, and by none.
    fn all_rounded(from: &[f32], rows: usize) -> Vec<(Vec<u8>, Vec<f32>)> {
        let round = |function: &dyn Fn(Rows<'_, '_>)| {
            let mut to = vec![0; from.len()];
            let mut scales = vec![0.0; rows * (from.len() / rows / WIDTH).div_ceil(PANELS)];
            function(Rows {
                from,
                size: rows * WIDTH,
                to: to.chunks_mut(rows * WIDTH).collect(),
                scales: &mut scales,
            });
            (to, scales)
        };
        let best = |rows: Rows<'_, '_>| round_rows(rows.from, rows.size, rows.to, rows.scales);
        let mut all = vec![
            round(&best),
            round(&|rows| Vectorized(rows, Scalar::new()).call()),
        ];
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = V3::try_new() {
            all.push(round(&|rows| {
                Simd::vectorize(avx2, Vectorized(rows, avx2));
            }));
        }
        all
    }

    #[test]
    fn vectors_and_plain_loops_agree() {
        let value = |index: usize| (index * 37 % 101) as f32 / 50.0 - 1.0;
        // Five rows of six panels: a group, and half of one with larger values.
        let mut from: Vec<f32> = (0..6 * 5 * WIDTH).map(value).collect();
        for (index, panel) in from.chunks_mut(5 * WIDTH).enumerate() {
            panel[2 * WIDTH..3 * WIDTH].fill(0.0);
            if index >= PANELS {
                panel.iter_mut().for_each(|it| *it *= 10.0);
            }
        }
        let all = all_rounded(&from, 5);
        let (integers, scales) = &all[0];
        assert_eq!(scales[4..6], [1.0, 1.0], "a row of zeros");
        for (row, scales) in scales.chunks_exact(2).enumerate() {
            for panel in 0..6 {
                let scale = scales[panel / PANELS];
                let place = (panel * 5 + row) * WIDTH;
                for (integer, value) in integers[place..].iter().zip(&from[place..place + WIDTH]) {
                    let rounded = (f32::from(*integer) - f32::from(SHIFT)) * scale;
                    assert!((rounded - value).abs() <= scale * 0.501);
                }
            }
        }
        assert!(all.iter().all(|other| other == &all[0]));
    }

    #[test]
    fn only_the_row_of_a_broken_value_has_no_scale() {
        for wrong in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut from = vec![0.5; 2 * 3 * WIDTH];
            from[(3 + 1) * WIDTH + 7] = wrong;
            for (_, scales) in all_rounded(&from, 3) {
                let broken: Vec<bool> = scales.iter().map(|scale| scale.is_nan()).collect();
                assert_eq!(broken, [false, true, false]);
            }
        }
    }
}
