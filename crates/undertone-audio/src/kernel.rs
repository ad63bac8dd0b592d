//! Loops that are compiled three times: once for every processor of the target, once for AVX2,
//! which nearly all x86-64 processors have, and once for AVX-512. The choice is made at run time.
//!
//! The plain loop of a kernel is written so that the compiler can vectorize it, with a fixed number
//! of lanes and without fused multiply-add. So all compilations give the same bits, and no code
//! needs intrinsics. (`fft/transpose.rs` has shuffles that the compiler does not find, and so has
//! `undertone-flac`; see its `cpu.rs`.)

/// Define a function that calls the `#[inline(always)]` function after `=`. On a processor with
/// AVX2 or AVX-512 it calls a version that is compiled for that.
macro_rules! kernel {
    (
        $(#[$attribute:meta])*
        $visibility:vis fn $name:ident $(<const $constant:ident: usize>)?
        ($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? = $plain:ident;
    ) => {
        $(#[$attribute])*
        #[allow(unsafe_code)]
        $visibility fn $name $(<const $constant: usize>)? ($($argument: $type),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
                #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
                fn widest $(<const $constant: usize>)? ($($argument: $type),*) $(-> $result)? {
                    $plain $(::<$constant>)? ($($argument),*)
                }
                #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
                fn wide $(<const $constant: usize>)? ($($argument: $type),*) $(-> $result)? {
                    $plain $(::<$constant>)? ($($argument),*)
                }
                if crate::cpu::has_avx512() {
                    // SAFETY: every feature that `widest` is compiled for was just detected.
                    return unsafe { widest $(::<$constant>)? ($($argument),*) };
                }
                if crate::cpu::has_avx2() {
                    // SAFETY: every feature that `wide` is compiled for was just detected.
                    return unsafe { wide $(::<$constant>)? ($($argument),*) };
                }
            }
            $plain $(::<$constant>)? ($($argument),*)
        }
    };
}

pub(crate) use kernel;
