//! Sums of products of 8-bit integers with the instructions of x86-64 for them.

#![allow(unsafe_code)]

use std::arch::asm;
use std::arch::x86_64::{
    __m256i, __m512i, _mm256_dpbusd_avx_epi32, _mm256_loadu_si256, _mm256_set1_epi32,
    _mm256_storeu_si256, _mm512_loadu_si512, _mm512_storeu_si512,
};

use super::int8::{Block, QUAD};
use super::matrix::{Operand, WIDTH};
use crate::kernels::unroll::unroll;

/// Compute the sums of the products of a block, if the processor has instructions for it.
pub(super) fn add_up<const MOST: usize>(block: Block<'_>, sums: &mut [[i32; WIDTH]; MOST]) -> bool {
    macro_rules! by_rows {
        ($function:ident, $sums:expr, $block:expr, $($rows:literal)*) => {
            match $block.place.rows {
                // SAFETY: the processor has the instructions.
                $($rows => unsafe { $function::<$rows>($block, $sums) },)*
                _ => return false,
            }
        };
    }
    if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vnni") {
        by_rows!(with_avx512, sums, block, 1 2 3 4 5 6 7 8 9 10 11 12 13 14);
        return true;
    }
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("avxvnni") {
        for (row, sums) in sums[..block.place.rows].iter_mut().enumerate() {
            let block = Block {
                place: Operand {
                    rows: 1,
                    ..block.place
                },
                rows: &block.rows[row * block.place.row_stride..],
                ..block
            };
            by_rows!(with_avx, std::slice::from_mut(sums), block, 1);
        }
        return true;
    }
    false
}

macro_rules! kernel {
    (
        $name:ident, $features:literal, $register:ty, $count:literal, [$($index:tt)*],
        $load:ident, $store:ident, $add:ident
    ) => {
        /// Compute the sums of `ROWS` rows, which stay in registers.
        #[target_feature(enable = $features)]
        fn $name<const ROWS: usize>(block: Block<'_>, to: &mut [[i32; WIDTH]]) {
            const LANES: usize = WIDTH / $count;
            let stride = block.place.row_stride;
            assert!(block.place.rows == ROWS && to.len() >= ROWS);
            assert!(block.panel.len() >= block.place.depth() * WIDTH);
            assert!(block.place.columns.is_multiple_of(QUAD));
            let start: [$register; $count] = std::array::from_fn(|register| {
                // SAFETY: `register * LANES` and the lanes behind it are below `WIDTH`.
                unsafe { $load(block.starts.as_ptr().add(register * LANES).cast()) }
            });
            let mut sums = [start; ROWS];
            let mut quad = 0;
            for part in 0..block.place.parts() {
                let (values, length) = block.part(part);
                for column in (0..length).step_by(QUAD) {
                    let right: [$register; $count] = std::array::from_fn(|register| {
                        let first = (quad * WIDTH + register * LANES) * QUAD;
                        // SAFETY: the panel has `QUAD * WIDTH` values for each of the quads of the
                        // depth.
                        unsafe { $load(block.panel.as_ptr().add(first).cast()) }
                    });
                    unroll!(ROW in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 {
                        if ROW < ROWS {
                            // SAFETY: the part ends behind `length` values of the last row, and
                            // `length` is a multiple of `QUAD`.
                            // SAFETY: the part ends behind `length` values of the last row, and
                            // `length` is a multiple of `QUAD`.
                            unsafe {
                                let at = values.as_ptr().add(ROW * stride + column);
                                $add(at, &right, &mut sums[ROW]);
                            }
                        }
                    });
                    quad += 1;
                }
            }
            unroll!(ROW in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 {
                if ROW < ROWS {
                    unroll!(REGISTER in $($index)* {
                        // SAFETY: `REGISTER * LANES` and the lanes behind it are below `WIDTH`.
                        unsafe {
                            let to = to[ROW].as_mut_ptr().add(REGISTER * LANES);
                            $store(to.cast(), sums[ROW][REGISTER]);
                        }
                    });
                }
            });
        }
    };
}

kernel!(
    with_avx512,
    "avx512f,avx512vnni",
    __m512i,
    2,
    [0 1],
    _mm512_loadu_si512,
    _mm512_storeu_si512,
    add_with_avx512
);
kernel!(
    with_avx,
    "avx2,avxvnni",
    __m256i,
    4,
    [0 1 2 3],
    _mm256_loadu_si256,
    _mm256_storeu_si256,
    add_with_avx
);

/// Add the products of a row. `at` are the four values of the row.
///
/// The compiler would load the values of all rows before it multiplies, more than there are
/// registers, and keep sums in memory. So a row is one block of assembly.
///
/// # Safety
/// `at` points to `QUAD` bytes.
#[target_feature(enable = "avx512f,avx512vnni")]
#[inline]
unsafe fn add_with_avx512(at: *const u8, right: &[__m512i; 2], sums: &mut [__m512i; 2]) {
    // SAFETY: only `QUAD` bytes are read, and they are there.
    unsafe {
        asm!(
            "vpbroadcastd {left}, dword ptr [{at}]",
            "vpdpbusd {first_sum}, {left}, {first}",
            "vpdpbusd {second_sum}, {left}, {second}",
            at = in(reg) at,
            left = out(zmm_reg) _,
            first = in(zmm_reg) right[0],
            second = in(zmm_reg) right[1],
            first_sum = inout(zmm_reg) sums[0],
            second_sum = inout(zmm_reg) sums[1],
            options(pure, readonly, nostack, preserves_flags),
        );
    }
}

/// Add the products of a row. `at` are the four values of the row.
///
/// # Safety
/// `at` points to `QUAD` bytes.
#[target_feature(enable = "avx2,avxvnni")]
#[inline]
unsafe fn add_with_avx(at: *const u8, right: &[__m256i; 4], sums: &mut [__m256i; 4]) {
    // SAFETY: the bytes are there.
    let left = _mm256_set1_epi32(unsafe { at.cast::<i32>().read_unaligned() });
    for (sum, right) in sums.iter_mut().zip(right) {
        *sum = _mm256_dpbusd_avx_epi32(*sum, left, *right);
    }
}

#[cfg(test)]
mod tests {
    use super::super::int8::{Int8Panels, Int8Rows};
    use super::super::matrix::Panels;
    use super::*;
    use crate::kernels::cores::Cores;

    #[test]
    fn both_widths_of_registers_agree() {
        if !is_x86_feature_detected!("avxvnni") {
            return;
        }
        let value = |index: usize| (index * 37 % 101) as f32 / 50.0 - 1.0;
        let left = Panels::from_rows(&(0..68).map(value).collect::<Vec<_>>(), 68);
        let rows = Int8Rows::of(Operand::all(&left), Cores::One);
        let weight = Panels::from_rows(&(0..68 * 32).map(value).collect::<Vec<_>>(), 32);
        let weight = Int8Panels::of(&weight, 1).expect("the depth is a multiple of 4");
        let block = Block {
            place: Operand::all(&left),
            rows: &rows.values,
            panel: weight.panel(0, 0),
            starts: &weight.columns[0].starts[0],
        };
        let [mut best, mut narrow] = [[[0; WIDTH]]; 2];
        assert!(add_up(block, &mut best));
        // SAFETY: the processor has the instructions.
        unsafe { with_avx::<1>(block, &mut narrow) };
        assert_eq!(best, narrow);
    }
}
