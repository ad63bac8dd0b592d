//! Sums of products of 8-bit integers with the instructions of AVX-VNNI.

#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256i, _mm256_dpbusd_avx_epi32, _mm256_loadu_si256, _mm256_set1_epi32, _mm256_storeu_si256,
};

use super::int8::QUAD;
use super::int8_block::Block;
use super::matrix::{Operand, WIDTH};

/// The values of a register.
const LANES: usize = 8;

/// The registers for a row of a block.
const REGISTERS: usize = WIDTH / LANES;

/// Compute the sums of the products of a block, if the processor has the instructions.
pub(super) fn add_up(block: Block<'_>, sums: &mut [[i32; WIDTH]]) -> bool {
    if !is_x86_feature_detected!("avx2") || !is_x86_feature_detected!("avxvnni") {
        return false;
    }
    for (row, sums) in sums.iter_mut().enumerate() {
        let block = Block {
            place: Operand {
                rows: 1,
                ..block.place
            },
            rows: &block.rows[row * block.place.row_stride..],
            ..block
        };
        // SAFETY: the processor has the instructions.
        unsafe { add_up_row(block, sums) };
    }
    true
}

/// Compute the sums of a row, which stay in registers.
#[target_feature(enable = "avx2,avxvnni")]
fn add_up_row(block: Block<'_>, to: &mut [i32; WIDTH]) {
    assert!(block.panel.len() >= block.place.depth() * WIDTH);
    assert!(block.place.columns.is_multiple_of(QUAD));
    let mut sums: [__m256i; REGISTERS] = std::array::from_fn(|register| {
        // SAFETY: `register * LANES` and the lanes behind it are below `WIDTH`.
        unsafe { _mm256_loadu_si256(block.starts.as_ptr().add(register * LANES).cast()) }
    });
    let mut quad = 0;
    for part in 0..block.place.parts() {
        let (values, length) = block.part(part);
        for column in (0..length).step_by(QUAD) {
            // SAFETY: the part ends behind `length` values, and `length` is a multiple of `QUAD`.
            let left = unsafe { values.as_ptr().add(column).cast::<i32>().read_unaligned() };
            let left = _mm256_set1_epi32(left);
            for (register, sum) in sums.iter_mut().enumerate() {
                let first = (quad * WIDTH + register * LANES) * QUAD;
                // SAFETY: the panel has `QUAD * WIDTH` values for each of the quads of the depth.
                let right = unsafe { _mm256_loadu_si256(block.panel.as_ptr().add(first).cast()) };
                *sum = _mm256_dpbusd_avx_epi32(*sum, left, right);
            }
            quad += 1;
        }
    }
    for (register, sum) in sums.into_iter().enumerate() {
        // SAFETY: `register * LANES` and the lanes behind it are below `WIDTH`.
        unsafe { _mm256_storeu_si256(to.as_mut_ptr().add(register * LANES).cast(), sum) };
    }
}
