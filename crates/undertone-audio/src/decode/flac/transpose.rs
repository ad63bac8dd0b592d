//! Between blocks in rows and blocks in lanes.

use super::predict::{LANES, Row};

/// Swaps rows and columns of every square.
#[allow(unsafe_code)]
pub(super) fn transpose(squares: &mut [[Row; LANES]]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the feature that the function is compiled for has just been detected.
        return unsafe { avx2::transpose(squares) };
    }
    transpose_plain(squares);
}

fn transpose_plain(squares: &mut [[Row; LANES]]) {
    for square in squares {
        let rows = *square;
        *square = std::array::from_fn(|row| std::array::from_fn(|column| rows[column][row]));
    }
}

/// Compilers don't find these shuffles in the loops above, which cost four times as much.
#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm256_extract_epi32, _mm256_permute2x128_si256, _mm256_setr_epi32,
        _mm256_unpackhi_epi32, _mm256_unpackhi_epi64, _mm256_unpacklo_epi32, _mm256_unpacklo_epi64,
    };

    use super::{LANES, Row};

    #[target_feature(enable = "avx2")]
    pub(super) fn transpose(squares: &mut [[Row; LANES]]) {
        for square in squares {
            let [a, b, c, d, e, f, g, h] = *square;
            let (ab_low, ab_high) = interleave_1(load(a), load(b));
            let (cd_low, cd_high) = interleave_1(load(c), load(d));
            let (ef_low, ef_high) = interleave_1(load(e), load(f));
            let (gh_low, gh_high) = interleave_1(load(g), load(h));
            let (abcd_0, abcd_1) = interleave_2(ab_low, cd_low);
            let (abcd_2, abcd_3) = interleave_2(ab_high, cd_high);
            let (efgh_0, efgh_1) = interleave_2(ef_low, gh_low);
            let (efgh_2, efgh_3) = interleave_2(ef_high, gh_high);
            let (row_0, row_4) = interleave_4(abcd_0, efgh_0);
            let (row_1, row_5) = interleave_4(abcd_1, efgh_1);
            let (row_2, row_6) = interleave_4(abcd_2, efgh_2);
            let (row_3, row_7) = interleave_4(abcd_3, efgh_3);
            *square = [row_0, row_1, row_2, row_3, row_4, row_5, row_6, row_7];
        }
    }

    /// Numbers of `a` and `b` in turns, within each half of the registers.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn interleave_1(a: __m256i, b: __m256i) -> (__m256i, __m256i) {
        (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b))
    }

    /// Pairs of numbers in turns.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn interleave_2(a: __m256i, b: __m256i) -> (__m256i, __m256i) {
        (_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b))
    }

    /// Both low halves, and both high halves.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn interleave_4(a: __m256i, b: __m256i) -> (Row, Row) {
        (
            store(_mm256_permute2x128_si256::<0x20>(a, b)),
            store(_mm256_permute2x128_si256::<0x31>(a, b)),
        )
    }

    /// One instruction, once compiled; so is [`store`].
    #[target_feature(enable = "avx2")]
    #[inline]
    fn load([a, b, c, d, e, f, g, h]: Row) -> __m256i {
        _mm256_setr_epi32(a, b, c, d, e, f, g, h)
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn store(row: __m256i) -> Row {
        [
            _mm256_extract_epi32::<0>(row),
            _mm256_extract_epi32::<1>(row),
            _mm256_extract_epi32::<2>(row),
            _mm256_extract_epi32::<3>(row),
            _mm256_extract_epi32::<4>(row),
            _mm256_extract_epi32::<5>(row),
            _mm256_extract_epi32::<6>(row),
            _mm256_extract_epi32::<7>(row),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_agree() {
        let squares: Vec<[Row; LANES]> = (0..3)
            .map(|square| {
                std::array::from_fn(|row| {
                    std::array::from_fn(|column| square * 64 + row as i32 * 8 + column as i32)
                })
            })
            .collect();
        let (mut wide, mut plain) = (squares.clone(), squares.clone());
        transpose(&mut wide);
        transpose_plain(&mut plain);
        assert_eq!(wide, plain);
        assert_eq!(wide[1][2][5], squares[1][5][2]);
        transpose(&mut wide);
        assert_eq!(wide, squares);
    }
}
