//! Which instructions the processor has.
//!
//! This crate uses wide registers in two ways. The residual and the predictor are plain loops that
//! the compiler vectorizes by itself; they are compiled a second time for the features that
//! [`has_avx2`] detects. The transposition, the predictor for AVX-512 and the CRC-16 need
//! `std::arch`: the compiler finds neither the shuffles, nor so many lanes, nor the carry-less
//! multiplication. A test beside each compares its result with that of the plain version.

/// Return whether the processor has AVX2 and the bit instructions of the same generation (BMI1,
/// BMI2, LZCNT).
#[cfg(target_arch = "x86_64")]
pub(crate) fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
}

/// Return whether the processor has AVX-512, with the extensions for all sizes of integers and of
/// registers.
#[cfg(target_arch = "x86_64")]
pub(crate) fn has_avx512() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
}
