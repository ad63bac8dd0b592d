//! Integers of rows with 16 bits, which the product with AVX2 reads.

use crate::kernels::vector_math::vectorized;

/// Return whether the product reads them: the processor has AVX2, but no instructions that multiply
/// 8-bit integers.
pub(super) fn is_read() -> bool {
    let has_vnni = is_x86_feature_detected!("avxvnni")
        || is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vnni");
    is_x86_feature_detected!("avx2") && !has_vnni
}

/// Return the integers with 16 bits.
pub(super) fn widen(integers: &[u8]) -> Vec<i16> {
    vectorized(
        #[inline(always)]
        || integers.iter().map(|it| i16::from(*it)).collect(),
    )
}
