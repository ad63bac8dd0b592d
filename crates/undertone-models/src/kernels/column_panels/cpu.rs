//! The instructions for integers that the processor has.

/// Return whether it multiplies 8-bit integers in registers of AVX-512.
pub(super) fn has_avx512_vnni() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vnni")
}

/// Return whether it multiplies 8-bit integers in registers of AVX2.
pub(super) fn has_avx_vnni() -> bool {
    has_avx2() && is_x86_feature_detected!("avxvnni")
}

/// Return whether it multiplies 16-bit integers in registers of AVX2.
pub(super) fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2")
}
