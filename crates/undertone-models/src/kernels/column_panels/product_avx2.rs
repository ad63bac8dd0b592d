//! Sums of products of 8-bit integers with the instructions of AVX2.
//!
//! Its instruction for 8-bit integers (`maddubs`) saturates. That for 16-bit integers is exact and
//! multiplies twice as many numbers as one for floats, but the integers have to be widened first.

#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256i, _mm_cvtepu8_epi16, _mm_cvtsi32_si128, _mm_loadu_si128, _mm256_add_epi32,
    _mm256_broadcastq_epi64, _mm256_cvtepi8_epi16, _mm256_hadd_epi32, _mm256_loadu_si256,
    _mm256_madd_epi16, _mm256_permute4x64_epi64, _mm256_setzero_si256, _mm256_storeu_si256,
};

use super::int8::QUAD;
use super::int8_block::Block;
use super::matrix::WIDTH;
use crate::kernels::unroll::unroll;

/// The most rows whose sums stay in registers.
const MOST: usize = 3;

/// The columns of a panel that are computed together.
const COLUMNS: usize = 16;

/// Compute the sums of the products of a block, if the processor has the instructions.
pub(super) fn add_up(block: Block<'_>, sums: &mut [[i32; WIDTH]]) -> bool {
    if !is_x86_feature_detected!("avx2") {
        return false;
    }
    for (part, sums) in sums.chunks_mut(MOST).enumerate() {
        let block = block.some_rows(part * MOST, sums.len());
        // SAFETY: the processor has the instructions.
        unsafe {
            match sums.len() {
                1 => add_up_rows::<1>(block, sums),
                2 => add_up_rows::<2>(block, sums),
                _ => add_up_rows::<MOST>(block, sums),
            }
        }
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
        // A register has two sums for each of four columns.
        let mut sums = [[_mm256_setzero_si256(); QUAD]; ROWS];
        let mut quad = 0;
        for part in 0..block.place.parts() {
            let (values, length) = block.part(part);
            for column in (0..length).step_by(QUAD) {
                let right: [__m256i; QUAD] = std::array::from_fn(|register| {
                    let first = (quad * WIDTH + first + register * QUAD) * QUAD;
                    // SAFETY: the panel has `QUAD * WIDTH` values for each of the quads of the
                    // depth.
                    let integers =
                        unsafe { _mm_loadu_si128(block.panel.as_ptr().add(first).cast()) };
                    _mm256_cvtepi8_epi16(integers)
                });
                unroll!(ROW in 0 1 2 {
                    if ROW < ROWS {
                        // SAFETY: the part ends behind `length` values of the last row, and
                        // `length` is a multiple of `QUAD`.
                        let left = unsafe {
                            values
                                .as_ptr()
                                .add(ROW * stride + column)
                                .cast::<i32>()
                                .read_unaligned()
                        };
                        let left = _mm_cvtepu8_epi16(_mm_cvtsi32_si128(left));
                        let left = _mm256_broadcastq_epi64(left);
                        unroll!(REGISTER in 0 1 2 3 {
                            let sum = &mut sums[ROW][REGISTER];
                            *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(left, right[REGISTER]));
                        });
                    }
                });
                quad += 1;
            }
        }
        for (to, sums) in to.iter_mut().zip(&sums) {
            for (half, sums) in sums.chunks_exact(2).enumerate() {
                // The halves of registers are added apart.
                let sum = _mm256_hadd_epi32(sums[0], sums[1]);
                let sum = _mm256_permute4x64_epi64::<0b11_01_10_00>(sum);
                let column = first + half * 8;
                // SAFETY: `column` and the seven behind it are below `WIDTH`.
                unsafe {
                    let start = _mm256_loadu_si256(block.starts.as_ptr().add(column).cast());
                    let to = to.as_mut_ptr().add(column).cast();
                    _mm256_storeu_si256(to, _mm256_add_epi32(start, sum));
                }
            }
        }
    }
}
