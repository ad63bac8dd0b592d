//! Loops that are compiled twice: once for every processor of the target, and once for AVX2, which
//! nearly all x86-64 processors have. The choice is made at run time.
//!
//! The plain loop of a kernel is written so that the compiler can vectorize it, with a fixed number
//! of lanes and without fused multiply-add. So both compilations give the same bits, and no code
//! needs intrinsics. (`undertone-flac` has two functions that the compiler cannot vectorize; see
//! its `cpu.rs`.)

/// Define a function that calls the `#[inline(always)]` function after `=`. On a processor with
/// AVX2 it calls a version that is compiled for AVX2.
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
                #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
                fn wide $(<const $constant: usize>)? ($($argument: $type),*) $(-> $result)? {
                    $plain $(::<$constant>)? ($($argument),*)
                }
                if is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("bmi1")
                    && is_x86_feature_detected!("bmi2")
                    && is_x86_feature_detected!("lzcnt")
                {
                    // SAFETY: every feature that `wide` is compiled for was just detected.
                    return unsafe { wide $(::<$constant>)? ($($argument),*) };
                }
            }
            $plain $(::<$constant>)? ($($argument),*)
        }
    };
}

pub(crate) use kernel;
