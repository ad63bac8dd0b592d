//! Integers of rows with 16 bits, which the product with AVX2 reads.

use super::cpu;
use crate::kernels::vector_math::vectorized;

/// Return whether the product reads them: the processor has AVX2, but no instructions that multiply
/// 8-bit integers.
pub(super) fn is_read() -> bool {
    cpu::has_avx2() && !cpu::has_avx_vnni() && !cpu::has_avx512_vnni()
}

/// Return the integers with 16 bits.
pub(super) fn widen(integers: &[u8]) -> Vec<i16> {
    vectorized(
        #[inline(always)]
        || integers.iter().map(|it| i16::from(*it)).collect(),
    )
}
