//! The types of the values of a matrix in panels.

use half::f16;
#[cfg(target_arch = "x86_64")]
use half::slice::HalfFloatSliceExt;
use half::vec::HalfBitsVecExt;
#[cfg(target_arch = "x86_64")]
use pulp::Simd;
#[cfg(target_arch = "x86_64")]
use pulp::x86::{V3, V4};

/// A type of values. Products are computed with 32-bit floats.
pub(crate) trait Element: Copy + Send + Sync {
    /// Return this many zeros.
    fn zeros(count: usize) -> Vec<Self>;

    /// Convert to a 32-bit float, without rounding.
    fn to_f32(self) -> f32;

    /// Read a row of a panel.
    #[cfg(target_arch = "x86_64")]
    fn registers<S: Convert, const REGISTERS: usize>(simd: S, row: &[Self])
    -> [S::f32s; REGISTERS];
}

impl Element for f32 {
    fn zeros(count: usize) -> Vec<Self> {
        vec![0.0; count]
    }

    #[inline(always)]
    fn to_f32(self) -> f32 {
        self
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn registers<S: Convert, const REGISTERS: usize>(_: S, row: &[Self]) -> [S::f32s; REGISTERS] {
        let (row, _) = S::as_simd_f32s(row);
        std::array::from_fn(|register| row[register])
    }
}

impl Element for f16 {
    fn zeros(count: usize) -> Vec<Self> {
        // The allocator has memory that is zero already, which only integers make use of.
        vec![0_u16; count].reinterpret_into()
    }

    #[inline(always)]
    fn to_f32(self) -> f32 {
        Self::to_f32(self)
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn registers<S: Convert, const REGISTERS: usize>(
        simd: S,
        row: &[Self],
    ) -> [S::f32s; REGISTERS] {
        simd.converted(row)
    }
}

/// Instructions that convert 16-bit floats.
#[cfg(target_arch = "x86_64")]
pub(crate) trait Convert: Simd {
    /// Read a row of a panel.
    fn converted<const REGISTERS: usize>(self, row: &[f16]) -> [Self::f32s; REGISTERS];
}

#[cfg(target_arch = "x86_64")]
impl Convert for V4 {
    #[inline(always)]
    fn converted<const REGISTERS: usize>(self, row: &[f16]) -> [Self::f32s; REGISTERS] {
        let (bits, _) = row.reinterpret_cast().as_chunks::<16>();
        std::array::from_fn(|register| {
            let halves = pulp::cast(bits[register]);
            pulp::cast(self.avx512f._mm512_cvtph_ps(halves))
        })
    }
}

/// Slow: [`keeps_halves`] says that there are none.
#[cfg(target_arch = "x86_64")]
impl Convert for V3 {
    #[inline(always)]
    fn converted<const REGISTERS: usize>(self, row: &[f16]) -> [Self::f32s; REGISTERS] {
        let (halves, _) = row.as_chunks::<8>();
        std::array::from_fn(|register| pulp::cast(halves[register].map(f16::to_f32)))
    }
}

/// Return whether the product converts 16-bit floats as fast as it reads 32-bit floats.
pub(crate) fn keeps_halves() -> bool {
    #[cfg(target_arch = "x86_64")]
    let keeps_halves = V4::try_new().is_some();
    #[cfg(not(target_arch = "x86_64"))]
    let keeps_halves = false;
    keeps_halves
}
