//! Products of 8-bit integers with the instructions of AVX-512 for them.

#![allow(unsafe_code)]

use std::arch::asm;
use std::arch::x86_64::{
    __m512, __m512i, _mm512_add_ps, _mm512_cvtepi32_ps, _mm512_loadu_ps, _mm512_loadu_si512,
    _mm512_mul_ps, _mm512_set1_ps, _mm512_storeu_ps,
};

use super::cpu;
use super::int8::QUAD;
use super::int8_block::{Block, Scales};
use super::matrix::WIDTH;
use super::product::Added;
use crate::kernels::unroll::unroll;

/// The values of a register.
const LANES: usize = 16;

/// The registers for a row of a block.
const REGISTERS: usize = WIDTH / LANES;

/// Multiply a block, if the processor has the instructions.
pub(super) fn multiply(block: Block<'_>, scales: Scales<'_>, to: &mut [f32]) -> bool {
    macro_rules! by_rows {
        ($($rows:literal)*) => {
            match block.place.rows {
                // SAFETY: the processor has the instructions.
                $($rows => unsafe { multiply_rows::<$rows>(block, scales, to) },)*
                _ => return false,
            }
        };
    }
    if !cpu::has_avx512_vnni() {
        return false;
    }
    by_rows!(1 2 3 4 5 6 7 8 9 10 11 12 13 14);
    true
}

/// Multiply `ROWS` rows, whose sums stay in registers.
#[target_feature(enable = "avx512f,avx512vnni")]
fn multiply_rows<const ROWS: usize>(block: Block<'_>, scales: Scales<'_>, to: &mut [f32]) {
    let stride = block.place.row_stride;
    assert!(block.place.rows == ROWS && to.len() >= ROWS * WIDTH);
    assert!(block.panel.len() >= block.place.depth() * WIDTH);
    assert!(block.place.columns.is_multiple_of(QUAD));
    let start: [__m512i; REGISTERS] = std::array::from_fn(|register| {
        // SAFETY: `register * LANES` and the lanes behind it are below `WIDTH`.
        unsafe { _mm512_loadu_si512(block.starts.as_ptr().add(register * LANES).cast()) }
    });
    let mut sums = [start; ROWS];
    let mut quad = 0;
    for part in 0..block.place.parts() {
        let (values, length) = block.part(part);
        for column in (0..length).step_by(QUAD) {
            let right: [__m512i; REGISTERS] = std::array::from_fn(|register| {
                let first = (quad * WIDTH + register * LANES) * QUAD;
                // SAFETY: the panel has `QUAD * WIDTH` values for each of the quads of the depth.
                unsafe { _mm512_loadu_si512(block.panel.as_ptr().add(first).cast()) }
            });
            unroll!(ROW in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 {
                if ROW < ROWS {
                    // SAFETY: the part ends behind `length` values of the last row, and `length`
                    // is a multiple of `QUAD`.
                    unsafe {
                        let quad = values.as_ptr().add(ROW * stride + column);
                        add_products(quad, &right, &mut sums[ROW]);
                    }
                }
            });
            quad += 1;
        }
    }
    let columns = registers(scales.columns);
    let bias = match scales.added {
        Added::Nothing => columns,
        Added::Bias(row) | Added::Sum(row) => registers(row),
    };
    unroll!(ROW in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 {
        if ROW < ROWS {
            let row = _mm512_set1_ps(scales.rows[ROW * scales.apart]);
            unroll!(REGISTER in 0 1 {
                let sum = _mm512_cvtepi32_ps(sums[ROW][REGISTER]);
                let value = _mm512_mul_ps(sum, _mm512_mul_ps(row, columns[REGISTER]));
                // SAFETY: `to` has `WIDTH` values for each row.
                unsafe {
                    let to = to.as_mut_ptr().add(ROW * WIDTH + REGISTER * LANES);
                    let value = match scales.added {
                        Added::Nothing => value,
                        Added::Bias(_) => _mm512_add_ps(value, bias[REGISTER]),
                        Added::Sum(_) => {
                            let value = _mm512_add_ps(value, bias[REGISTER]);
                            _mm512_add_ps(_mm512_loadu_ps(to), value)
                        }
                    };
                    _mm512_storeu_ps(to, value);
                }
            });
        }
    });
}

/// Read a row.
#[target_feature(enable = "avx512f")]
#[inline]
fn registers(row: &[f32; WIDTH]) -> [__m512; REGISTERS] {
    std::array::from_fn(|register| {
        // SAFETY: `register * LANES` and the lanes behind it are below `WIDTH`.
        unsafe { _mm512_loadu_ps(row.as_ptr().add(register * LANES)) }
    })
}

/// Add the products of a quad of a row to its sums.
///
/// The compiler would load the quads of all rows before it multiplies, more than there are
/// registers, and keep sums in memory. So this is a block of assembly.
///
/// # Safety
/// `quad` points to [`QUAD`] values.
#[target_feature(enable = "avx512f,avx512vnni")]
#[inline]
unsafe fn add_products(
    quad: *const u8,
    right: &[__m512i; REGISTERS],
    sums: &mut [__m512i; REGISTERS],
) {
    // SAFETY: only the quad is read.
    unsafe {
        asm!(
            "vpbroadcastd {left}, dword ptr [{quad}]",
            "vpdpbusd {first_sum}, {left}, {first}",
            "vpdpbusd {second_sum}, {left}, {second}",
            quad = in(reg) quad,
            left = out(zmm_reg) _,
            first = in(zmm_reg) right[0],
            second = in(zmm_reg) right[1],
            first_sum = inout(zmm_reg) sums[0],
            second_sum = inout(zmm_reg) sums[1],
            options(pure, readonly, nostack, preserves_flags),
        );
    }
}
