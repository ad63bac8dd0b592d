//! Sums of products of 8-bit integers with the instructions of AVX2.
//!
//! Its instruction for 8-bit integers (`maddubs`) saturates. That for 16-bit integers is exact and
//! multiplies twice as many numbers as one for floats, but the integers have to be widened first:
//! those of the rows once for all panels, those of the weight as they are read.

#![allow(unsafe_code)]

use std::arch::asm;
use std::arch::x86_64::{
    __m256i, _mm_loadu_si128, _mm256_add_epi32, _mm256_cvtepi8_epi16, _mm256_hadd_epi32,
    _mm256_loadu_si256, _mm256_permute4x64_epi64, _mm256_setzero_si256, _mm256_storeu_si256,
};

use super::cpu;
use super::int8::QUAD;
use super::int8_block::Block;
use super::matrix::WIDTH;
use crate::kernels::unroll::unroll;

/// The most rows whose sums stay in registers. One more is no faster.
const MOST: usize = 5;

/// The registers for a row. Each has two sums for each of four columns.
const REGISTERS: usize = 2;

/// The columns of a panel that are computed together.
const COLUMNS: usize = REGISTERS * QUAD;

// A quad of 16-bit integers is broadcast, and a part is unrolled.
const _: () = assert!(QUAD == 4 && WIDTH == 8 * QUAD);

/// Compute the sums of the products of a block, if the processor has the instructions and the rows
/// are widened.
pub(super) fn add_up(block: Block<'_>, sums: &mut [[i32; WIDTH]]) -> bool {
    macro_rules! by_rows {
        ($block:ident, $sums:ident, $($rows:literal)*) => {
            match $sums.len() {
                // SAFETY: the processor has the instructions.
                $($rows => unsafe { add_up_rows::<$rows>($block, $sums) },)*
                _ => unreachable!("a part has no more rows"),
            }
        };
    }
    if !cpu::has_avx2() || block.wide.is_empty() {
        return false;
    }
    // Parts of nearly equal numbers of rows.
    let rows = sums.len();
    let parts = rows.div_ceil(MOST);
    for part in 0..parts {
        let own = rows * part / parts..rows * (part + 1) / parts;
        let block = block.some_rows(own.start, own.len());
        let sums = &mut sums[own];
        by_rows!(block, sums, 1 2 3 4 5);
    }
    true
}

/// Compute the sums of `ROWS` rows, which stay in registers.
#[target_feature(enable = "avx2")]
fn add_up_rows<const ROWS: usize>(block: Block<'_>, to: &mut [[i32; WIDTH]]) {
    let stride = block.place.row_stride;
    assert!(block.place.rows == ROWS && to.len() >= ROWS);
    assert!(block.panel.len() >= block.place.depth() * WIDTH);
    assert!(block.place.columns.is_multiple_of(QUAD));
    for first in (0..WIDTH).step_by(COLUMNS) {
        let mut sums = [[_mm256_setzero_si256(); REGISTERS]; ROWS];
        let mut panel = block.panel[first * QUAD..].as_ptr();
        for part in 0..block.place.parts() {
            let (values, length) = block.wide_part(part);
            let values = values.as_ptr();
            // SAFETY: the panel has `QUAD * WIDTH` values for each of the quads of the depth. The
            // part ends behind `length` values of the last row, and `length` is a multiple of
            // `QUAD`.
            unsafe {
                if length == WIDTH {
                    // Unrolled: the counter and the jumps of a loop take time.
                    unroll!(INDEX in 0 1 2 3 4 5 6 7 {
                        add_quad(values.add(INDEX * QUAD), stride, panel, INDEX, &mut sums);
                    });
                } else {
                    for index in 0..length / QUAD {
                        add_quad(values.add(index * QUAD), stride, panel, index, &mut sums);
                    }
                }
            }
            // Behind the last part, it may point beyond the panel.
            panel = panel.wrapping_add(length * WIDTH);
        }
        // SAFETY: `first` and the seven behind it are below `WIDTH`.
        let start = unsafe { _mm256_loadu_si256(block.starts.as_ptr().add(first).cast()) };
        for (to, sums) in to.iter_mut().zip(&sums) {
            // The two sums of each column.
            let sum = _mm256_hadd_epi32(sums[0], sums[1]);
            let sum = _mm256_permute4x64_epi64::<0b11_01_10_00>(sum);
            // SAFETY: as above.
            unsafe {
                let to = to.as_mut_ptr().add(first).cast();
                _mm256_storeu_si256(to, _mm256_add_epi32(start, sum));
            }
        }
    }
}

/// Add the products of a quad of each row to its sums.
///
/// # Safety
/// `values` points to [`QUAD`] values of the first row, and those of the next rows begin every
/// `stride` values. `panel` points to the first of [`COLUMNS`] columns of a panel with more than
/// `index` quads.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn add_quad<const ROWS: usize>(
    values: *const i16,
    stride: usize,
    panel: *const i8,
    index: usize,
    sums: &mut [[__m256i; REGISTERS]; ROWS],
) {
    // SAFETY: said above.
    unsafe {
        let right: [__m256i; REGISTERS] = std::array::from_fn(|register| {
            let integers = panel.add((index * WIDTH + register * QUAD) * QUAD);
            _mm256_cvtepi8_epi16(_mm_loadu_si128(integers.cast()))
        });
        unroll!(ROW in 0 1 2 3 4 {
            if ROW < ROWS {
                add_products(values.add(ROW * stride), &right, &mut sums[ROW]);
            }
        });
    }
}

/// Add the products of a quad of a row to its sums. A block of assembly, as in `product_vnni`.
///
/// # Safety
/// `quad` points to [`QUAD`] values.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn add_products(
    quad: *const i16,
    right: &[__m256i; REGISTERS],
    sums: &mut [__m256i; REGISTERS],
) {
    // SAFETY: only the quad is read.
    unsafe {
        asm!(
            "vpbroadcastq {left}, qword ptr [{quad}]",
            "vpmaddwd {product}, {left}, {first}",
            "vpaddd {first_sum}, {first_sum}, {product}",
            "vpmaddwd {left}, {left}, {second}",
            "vpaddd {second_sum}, {second_sum}, {left}",
            quad = in(reg) quad,
            left = out(ymm_reg) _,
            product = out(ymm_reg) _,
            first = in(ymm_reg) right[0],
            second = in(ymm_reg) right[1],
            first_sum = inout(ymm_reg) sums[0],
            second_sum = inout(ymm_reg) sums[1],
            options(pure, readonly, nostack, preserves_flags),
        );
    }
}
