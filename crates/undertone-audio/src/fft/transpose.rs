//! The transposition of sixteen rows. The compiler does not find these shuffles by itself.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{
    __m512, _mm512_loadu_ps, _mm512_shuffle_f32x4, _mm512_shuffle_ps, _mm512_storeu_ps,
    _mm512_unpackhi_ps, _mm512_unpacklo_ps,
};

use super::row::{LANES, Row};

/// Sixteen rows.
pub(super) type Square = [Row; LANES];

/// Return the transposed square.
#[inline(always)]
pub(super) fn transposed(square: &Square) -> Square {
    std::array::from_fn(|row| std::array::from_fn(|column| square[column][row]))
}

/// Return the transposed square.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
#[inline]
pub(super) fn transposed_avx512(square: &Square) -> Square {
    let rows = square.each_ref().map(|row| load(row));
    let mut pairs = rows;
    for n in (0..LANES).step_by(2) {
        pairs[n] = _mm512_unpacklo_ps(rows[n], rows[n + 1]);
        pairs[n + 1] = _mm512_unpackhi_ps(rows[n], rows[n + 1]);
    }
    // Row 4·g + c holds column c of each quarter, of the four rows of group g.
    let mut fours = rows;
    for n in (0..LANES).step_by(4) {
        fours[n] = _mm512_shuffle_ps::<0x44>(pairs[n], pairs[n + 2]);
        fours[n + 1] = _mm512_shuffle_ps::<0xee>(pairs[n], pairs[n + 2]);
        fours[n + 2] = _mm512_shuffle_ps::<0x44>(pairs[n + 1], pairs[n + 3]);
        fours[n + 3] = _mm512_shuffle_ps::<0xee>(pairs[n + 1], pairs[n + 3]);
    }
    let mut out = [[0.0; LANES]; LANES];
    for n in 0..4 {
        // Even and odd quarters of two groups.
        let even = [0, 8].map(|g| _mm512_shuffle_f32x4::<0x88>(fours[g + n], fours[g + 4 + n]));
        let odd = [0, 8].map(|g| _mm512_shuffle_f32x4::<0xdd>(fours[g + n], fours[g + 4 + n]));
        store(_mm512_shuffle_f32x4::<0x88>(even[0], even[1]), &mut out[n]);
        store(
            _mm512_shuffle_f32x4::<0x88>(odd[0], odd[1]),
            &mut out[n + 4],
        );
        store(
            _mm512_shuffle_f32x4::<0xdd>(even[0], even[1]),
            &mut out[n + 8],
        );
        store(
            _mm512_shuffle_f32x4::<0xdd>(odd[0], odd[1]),
            &mut out[n + 12],
        );
    }
    out
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
#[inline]
#[allow(unsafe_code)]
fn load(row: &Row) -> __m512 {
    // SAFETY: `row` holds sixteen values, and may have any address.
    unsafe { _mm512_loadu_ps(row.as_ptr()) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
#[inline]
#[allow(unsafe_code)]
fn store(values: __m512, to: &mut Row) {
    // SAFETY: `to` has room for sixteen values, and may have any address.
    unsafe { _mm512_storeu_ps(to.as_mut_ptr(), values) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code)]
    fn shuffles_agree_with_the_plain_loops() {
        let square =
            std::array::from_fn(|row| std::array::from_fn(|column| (row * LANES + column) as f32));
        if crate::cpu::has_avx512() {
            // SAFETY: the feature that the function is compiled for was just detected.
            let shuffled = unsafe { transposed_avx512(&square) };
            assert_eq!(shuffled, transposed(&square));
        }
        assert_eq!(transposed(&square)[3][5], 83.0);
    }
}
