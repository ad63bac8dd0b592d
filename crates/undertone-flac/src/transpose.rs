//! The transposition between eight subframes in memory and eight subframes in lanes.

/// Subframes that are restored at the same time.
pub(crate) const LANES: usize = 8;

/// One sample of each of eight subframes.
pub(crate) type Row = [i32; LANES];

/// Eight samples of each of eight subframes: a row for each subframe in memory, a row for each time
/// in lanes.
pub(crate) type Square = [Row; LANES];

/// Bring the samples from `start` on into lanes, as many as fill the squares.
#[allow(unsafe_code)]
pub(crate) fn into_lanes(blocks: &[&mut [i32]; LANES], start: usize, squares: &mut [Square]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the feature that the function is compiled for was just detected.
        return unsafe { avx2::into_lanes(blocks, start, squares) };
    }
    gather(blocks, start, squares, transposed);
}

/// Write the squares back to the samples from `start` on.
#[allow(unsafe_code)]
pub(crate) fn from_lanes(squares: &[Square], blocks: &mut [&mut [i32]; LANES], start: usize) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the feature that the function is compiled for was just detected.
        return unsafe { avx2::from_lanes(squares, blocks, start) };
    }
    scatter(squares, blocks, start, transposed);
}

#[inline(always)]
fn gather(
    blocks: &[&mut [i32]; LANES],
    start: usize,
    squares: &mut [Square],
    transposed: impl Fn(Square) -> Square,
) {
    let rows = blocks.each_ref().map(|block| block[start..].as_chunks().0);
    for (index, square) in squares.iter_mut().enumerate() {
        *square = transposed(rows.map(|row| row[index]));
    }
}

#[inline(always)]
fn scatter(
    squares: &[Square],
    blocks: &mut [&mut [i32]; LANES],
    start: usize,
    transposed: impl Fn(Square) -> Square,
) {
    let mut rows = blocks
        .each_mut()
        .map(|block| block[start..].as_chunks_mut().0);
    for (index, square) in squares.iter().enumerate() {
        for (row, samples) in rows.iter_mut().zip(transposed(*square)) {
            row[index] = samples;
        }
    }
}

fn transposed(square: Square) -> Square {
    std::array::from_fn(|row| std::array::from_fn(|column| square[column][row]))
}

/// The compiler does not find these shuffles in the loops above, which take four times as long.
#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm256_extract_epi32, _mm256_permute2x128_si256, _mm256_setr_epi32,
        _mm256_unpackhi_epi32, _mm256_unpackhi_epi64, _mm256_unpacklo_epi32, _mm256_unpacklo_epi64,
    };

    use super::{LANES, Row, Square, gather, scatter};

    #[target_feature(enable = "avx2")]
    pub(super) fn into_lanes(blocks: &[&mut [i32]; LANES], start: usize, squares: &mut [Square]) {
        gather(blocks, start, squares, |square| transposed(square));
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn from_lanes(squares: &[Square], blocks: &mut [&mut [i32]; LANES], start: usize) {
        scatter(squares, blocks, start, |square| transposed(square));
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn transposed([a, b, c, d, e, f, g, h]: Square) -> Square {
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
        [row_0, row_1, row_2, row_3, row_4, row_5, row_6, row_7]
    }

    /// Alternate the numbers of `a` and `b`, within each half of the registers.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn interleave_1(a: __m256i, b: __m256i) -> (__m256i, __m256i) {
        (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b))
    }

    /// Alternate pairs of numbers.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn interleave_2(a: __m256i, b: __m256i) -> (__m256i, __m256i) {
        (_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b))
    }

    /// Join both low halves, and both high halves.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn interleave_4(a: __m256i, b: __m256i) -> (Row, Row) {
        (
            store(_mm256_permute2x128_si256::<0x20>(a, b)),
            store(_mm256_permute2x128_si256::<0x31>(a, b)),
        )
    }

    /// Load a row. This compiles to one instruction, and so does [`store`].
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
    fn shuffles_agree_with_the_plain_loops() {
        let mut blocks: [Vec<i32>; LANES] =
            std::array::from_fn(|lane| (0..29).map(|n| n * 8 + lane as i32).collect());
        let blocks = blocks.each_mut().map(Vec::as_mut_slice);
        let (mut wide, mut plain) = ([[Row::default(); LANES]; 3], [[Row::default(); LANES]; 3]);
        into_lanes(&blocks, 5, &mut wide);
        gather(&blocks, 5, &mut plain, transposed);
        assert_eq!(wide, plain);
        assert_eq!(
            wide.as_flattened().as_flattened(),
            (40..232).collect::<Vec<i32>>()
        );

        let mut empty = [[0; 29]; LANES];
        let mut written = empty;
        from_lanes(
            &wide,
            &mut written.each_mut().map(|block| &mut block[..]),
            5,
        );
        scatter(
            &wide,
            &mut empty.each_mut().map(|block| &mut block[..]),
            5,
            transposed,
        );
        assert_eq!(written, empty);
        for (block, written) in blocks.iter().zip(&written) {
            assert_eq!(written[..5], [0; 5]);
            assert_eq!(written[5..], block[5..]);
        }
    }
}
