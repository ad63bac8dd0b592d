//! Sums of products of 8-bit integers with the instructions of AVX-VNNI.

#![allow(unsafe_code)]

use std::arch::asm;
use std::arch::x86_64::{__m256i, _mm256_loadu_si256, _mm256_storeu_si256};

use super::cpu;
use super::int8::QUAD;
use super::int8_block::Block;
use super::matrix::WIDTH;
use crate::kernels::unroll::unroll;

/// The most rows whose sums stay in registers.
const MOST: usize = 6;

/// The values of a register.
const LANES: usize = 8;

/// The registers for a row.
const REGISTERS: usize = 2;

/// The columns of a panel that are computed together.
const COLUMNS: usize = REGISTERS * LANES;

/// Compute the sums of the products of a block, if the processor has the instructions.
pub(super) fn add_up(block: Block<'_>, sums: &mut [[i32; WIDTH]]) -> bool {
    macro_rules! by_rows {
        ($block:ident, $sums:ident, $($rows:literal)*) => {
            match $sums.len() {
                // SAFETY: the processor has the instructions.
                $($rows => unsafe { add_up_rows::<$rows>($block, $sums) },)*
                _ => unreachable!("a chunk has no more rows"),
            }
        };
    }
    if !cpu::has_avx_vnni() {
        return false;
    }
    for (part, sums) in sums.chunks_mut(MOST).enumerate() {
        let block = block.some_rows(part * MOST, sums.len());
        by_rows!(block, sums, 1 2 3 4 5 6);
    }
    true
}

/// Compute the sums of `ROWS` rows.
#[target_feature(enable = "avx2,avxvnni")]
fn add_up_rows<const ROWS: usize>(block: Block<'_>, to: &mut [[i32; WIDTH]]) {
    let stride = block.place.row_stride;
    assert!(block.place.rows == ROWS && to.len() >= ROWS);
    assert!(block.panel.len() >= block.place.depth() * WIDTH);
    assert!(block.place.columns.is_multiple_of(QUAD));
    for first in (0..WIDTH).step_by(COLUMNS) {
        let start: [__m256i; REGISTERS] = std::array::from_fn(|register| {
            let column = first + register * LANES;
            // SAFETY: `column` and the lanes behind it are below `WIDTH`.
            unsafe { _mm256_loadu_si256(block.starts.as_ptr().add(column).cast()) }
        });
        let mut sums = [start; ROWS];
        let mut quad = 0;
        for part in 0..block.place.parts() {
            let (values, length) = block.part(part);
            for column in (0..length).step_by(QUAD) {
                let right: [__m256i; REGISTERS] = std::array::from_fn(|register| {
                    let first = (quad * WIDTH + first + register * LANES) * QUAD;
                    // SAFETY: the panel has `QUAD * WIDTH` values for each of the quads of the
                    // depth.
                    unsafe { _mm256_loadu_si256(block.panel.as_ptr().add(first).cast()) }
                });
                unroll!(ROW in 0 1 2 3 4 5 {
                    if ROW < ROWS {
                        // SAFETY: the part ends behind `length` values of the last row, and
                        // `length` is a multiple of `QUAD`.
                        unsafe {
                            let quad = values.as_ptr().add(ROW * stride + column);
                            add_products(quad, &right, &mut sums[ROW]);
                        }
                    }
                });
                quad += 1;
            }
        }
        for (to, sums) in to.iter_mut().zip(&sums) {
            for (register, sum) in sums.iter().enumerate() {
                let column = first + register * LANES;
                // SAFETY: `column` and the lanes behind it are below `WIDTH`.
                unsafe { _mm256_storeu_si256(to.as_mut_ptr().add(column).cast(), *sum) };
            }
        }
    }
}

/// Add the products of a quad of a row to its sums. A block of assembly, as in `product_vnni`.
///
/// # Safety
/// `quad` points to [`QUAD`] values.
#[target_feature(enable = "avx2,avxvnni")]
#[inline]
unsafe fn add_products(
    quad: *const u8,
    right: &[__m256i; REGISTERS],
    sums: &mut [__m256i; REGISTERS],
) {
    // SAFETY: only the quad is read.
    unsafe {
        asm!(
            "vpbroadcastd {left}, dword ptr [{quad}]",
            "{{vex}} vpdpbusd {first_sum}, {left}, {first}",
            "{{vex}} vpdpbusd {second_sum}, {left}, {second}",
            quad = in(reg) quad,
            left = out(ymm_reg) _,
            first = in(ymm_reg) right[0],
            second = in(ymm_reg) right[1],
            first_sum = inout(ymm_reg) sums[0],
            second_sum = inout(ymm_reg) sums[1],
            options(pure, readonly, nostack, preserves_flags),
        );
    }
}
