//! Loops compiled twice: for every processor of the target, and for the wide registers and bit
//! instructions that nearly all x86-64 processors have, chosen at run time.
//!
//! A kernel's plain loop is written so that the compiler can vectorize it, with sums in lanes of
//! fixed number and no fused multiply-add. Both compilations therefore give the same bits.

/// Defines a function that runs the `#[inline(always)]` function after `=`, compiled for AVX2 where
/// the processor has it.
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
                    // SAFETY: every feature that `wide` is compiled for has just been detected.
                    return unsafe { wide $(::<$constant>)? ($($argument),*) };
                }
            }
            $plain $(::<$constant>)? ($($argument),*)
        }
    };
}

pub(crate) use kernel;
