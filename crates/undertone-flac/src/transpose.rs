//! The transposition between sixteen subframes in memory and sixteen subframes in lanes.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{
    __m256i, __m512i, _mm256_loadu_si256, _mm256_permute2x128_si256, _mm256_storeu_si256,
    _mm256_unpackhi_epi32, _mm256_unpackhi_epi64, _mm256_unpacklo_epi32, _mm256_unpacklo_epi64,
    _mm512_loadu_si512, _mm512_shuffle_i32x4, _mm512_storeu_si512, _mm512_unpackhi_epi32,
    _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};

/// Subframes that are restored at the same time.
pub(crate) const LANES: usize = 16;

/// One sample of each of sixteen subframes.
pub(crate) type Row = [i32; LANES];

/// Sixteen samples of each of sixteen subframes: a row for each subframe in memory, a row for each
/// time in lanes.
pub(crate) type Square = [Row; LANES];

/// Bring the samples from `start` on into lanes, as many as fill the squares.
#[allow(unsafe_code)]
pub(crate) fn into_lanes(blocks: &[&mut [i32]; LANES], start: usize, squares: &mut [Square]) {
    #[cfg(target_arch = "x86_64")]
    {
        if crate::cpu::has_avx512() {
            // SAFETY: `has_avx512` has detected every feature that the function is compiled for.
            return unsafe { into_lanes_avx512(blocks, start, squares) };
        }
        if crate::cpu::has_avx2() {
            // SAFETY: `has_avx2` has detected every feature that the function is compiled for.
            return unsafe { into_lanes_avx2(blocks, start, squares) };
        }
    }
    gather(blocks, start, squares, transposed);
}

/// Write the squares back to the samples from `start` on.
#[allow(unsafe_code)]
pub(crate) fn from_lanes(squares: &[Square], blocks: &mut [&mut [i32]; LANES], start: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        if crate::cpu::has_avx512() {
            // SAFETY: `has_avx512` has detected every feature that the function is compiled for.
            return unsafe { from_lanes_avx512(squares, blocks, start) };
        }
        if crate::cpu::has_avx2() {
            // SAFETY: `has_avx2` has detected every feature that the function is compiled for.
            return unsafe { from_lanes_avx2(squares, blocks, start) };
        }
    }
    scatter(squares, blocks, start, transposed);
}

#[inline(always)]
fn gather(
    blocks: &[&mut [i32]; LANES],
    start: usize,
    squares: &mut [Square],
    transposed: impl Fn([&Row; LANES], &mut Square),
) {
    let rows = blocks.each_ref().map(|block| block[start..].as_chunks().0);
    for (index, square) in squares.iter_mut().enumerate() {
        transposed(rows.map(|row| &row[index]), square);
    }
}

#[inline(always)]
fn scatter(
    squares: &[Square],
    blocks: &mut [&mut [i32]; LANES],
    start: usize,
    transposed: impl Fn([&Row; LANES], &mut Square),
) {
    let mut rows = blocks
        .each_mut()
        .map(|block| block[start..].as_chunks_mut().0);
    let mut samples = Square::default();
    for (index, square) in squares.iter().enumerate() {
        transposed(square.each_ref(), &mut samples);
        for (row, samples) in rows.iter_mut().zip(&samples) {
            row[index] = *samples;
        }
    }
}

#[inline(always)]
fn transposed(rows: [&Row; LANES], to: &mut Square) {
    *to = std::array::from_fn(|row| std::array::from_fn(|column| rows[column][row]));
}

// The compiler does not find these shuffles in the loops above, which take four times as long.

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
fn into_lanes_avx2(blocks: &[&mut [i32]; LANES], start: usize, squares: &mut [Square]) {
    gather(blocks, start, squares, |rows, to| transposed_avx2(rows, to));
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
fn from_lanes_avx2(squares: &[Square], blocks: &mut [&mut [i32]; LANES], start: usize) {
    scatter(squares, blocks, start, |rows, to| transposed_avx2(rows, to));
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn into_lanes_avx512(blocks: &[&mut [i32]; LANES], start: usize, squares: &mut [Square]) {
    gather(blocks, start, squares, |rows, to| {
        transposed_avx512(rows, to)
    });
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn from_lanes_avx512(squares: &[Square], blocks: &mut [&mut [i32]; LANES], start: usize) {
    scatter(squares, blocks, start, |rows, to| {
        transposed_avx512(rows, to)
    });
}

/// Transpose four blocks of eight rows and eight columns.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[inline]
fn transposed_avx2(rows: [&Row; LANES], to: &mut Square) {
    for (top, left) in [(0, 0), (0, 8), (8, 0), (8, 8)] {
        let row = |n: usize| load_8(half(rows[top + n], left));
        let ones = |a, b| [_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b)];
        let twos = |a, b| [_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b)];
        let ([ab, ab_high], [cd, cd_high]) = (ones(row(0), row(1)), ones(row(2), row(3)));
        let ([ef, ef_high], [gh, gh_high]) = (ones(row(4), row(5)), ones(row(6), row(7)));
        let upper = [twos(ab, cd), twos(ab_high, cd_high)];
        let lower = [twos(ef, gh), twos(ef_high, gh_high)];
        let columns = upper.as_flattened().iter().zip(lower.as_flattened());
        for (n, (upper, lower)) in columns.enumerate() {
            let first = _mm256_permute2x128_si256::<0x20>(*upper, *lower);
            let second = _mm256_permute2x128_si256::<0x31>(*upper, *lower);
            store_8(first, half_mut(&mut to[left + n], top));
            store_8(second, half_mut(&mut to[left + n + 4], top));
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn half(row: &Row, start: usize) -> &[i32; 8] {
    &row.as_chunks().0[start / 8]
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn half_mut(row: &mut Row, start: usize) -> &mut [i32; 8] {
    &mut row.as_chunks_mut().0[start / 8]
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
#[inline]
fn transposed_avx512(rows: [&Row; LANES], to: &mut Square) {
    let rows = rows.map(|row| load(row));
    let mut twos = rows;
    for n in (0..LANES).step_by(2) {
        twos[n] = _mm512_unpacklo_epi32(rows[n], rows[n + 1]);
        twos[n + 1] = _mm512_unpackhi_epi32(rows[n], rows[n + 1]);
    }
    // Row 4·g + c holds column c of each quarter, of the four rows of group g.
    let mut fours = rows;
    for n in (0..LANES).step_by(4) {
        fours[n] = _mm512_unpacklo_epi64(twos[n], twos[n + 2]);
        fours[n + 1] = _mm512_unpackhi_epi64(twos[n], twos[n + 2]);
        fours[n + 2] = _mm512_unpacklo_epi64(twos[n + 1], twos[n + 3]);
        fours[n + 3] = _mm512_unpackhi_epi64(twos[n + 1], twos[n + 3]);
    }
    for n in 0..4 {
        // Even and odd quarters of two groups.
        let even = [0, 8].map(|g| _mm512_shuffle_i32x4::<0x88>(fours[g + n], fours[g + 4 + n]));
        let odd = [0, 8].map(|g| _mm512_shuffle_i32x4::<0xdd>(fours[g + n], fours[g + 4 + n]));
        store(_mm512_shuffle_i32x4::<0x88>(even[0], even[1]), &mut to[n]);
        store(_mm512_shuffle_i32x4::<0x88>(odd[0], odd[1]), &mut to[n + 4]);
        store(
            _mm512_shuffle_i32x4::<0xdd>(even[0], even[1]),
            &mut to[n + 8],
        );
        store(
            _mm512_shuffle_i32x4::<0xdd>(odd[0], odd[1]),
            &mut to[n + 12],
        );
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[inline]
#[allow(unsafe_code)]
fn load_8(row: &[i32; 8]) -> __m256i {
    // SAFETY: `row` holds eight numbers, and may have any address.
    unsafe { _mm256_loadu_si256(row.as_ptr().cast()) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[inline]
#[allow(unsafe_code)]
fn store_8(values: __m256i, to: &mut [i32; 8]) {
    // SAFETY: `to` has room for eight numbers, and may have any address.
    unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), values) };
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
#[inline]
#[allow(unsafe_code)]
pub(crate) fn load(row: &Row) -> __m512i {
    // SAFETY: `row` holds sixteen numbers, and may have any address.
    unsafe { _mm512_loadu_si512(row.as_ptr().cast()) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
#[inline]
#[allow(unsafe_code)]
pub(crate) fn store(values: __m512i, to: &mut Row) {
    // SAFETY: `to` has room for sixteen numbers, and may have any address.
    unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), values) };
}

#[cfg(test)]
mod tests {
    use super::*;

    type Gather = fn(&[&mut [i32]; LANES], usize, &mut [Square]);
    type Scatter = fn(&[Square], &mut [&mut [i32]; LANES], usize);

    #[test]
    #[allow(unsafe_code)]
    fn shuffles_agree_with_the_plain_loops() {
        let mut ways: Vec<(Gather, Scatter)> = vec![(into_lanes, from_lanes)];
        #[cfg(target_arch = "x86_64")]
        if crate::cpu::has_avx2() {
            // SAFETY: `has_avx2` has detected every feature that the functions are compiled for.
            ways.push((
                |blocks, start, squares| unsafe { into_lanes_avx2(blocks, start, squares) },
                |squares, blocks, start| unsafe { from_lanes_avx2(squares, blocks, start) },
            ));
        }
        for (into_lanes, from_lanes) in ways {
            let mut blocks: [Vec<i32>; LANES] =
                std::array::from_fn(|lane| (0..53).map(|n| n * 16 + lane as i32).collect());
            let blocks = blocks.each_mut().map(Vec::as_mut_slice);
            let (mut wide, mut plain) = ([Square::default(); 3], [Square::default(); 3]);
            into_lanes(&blocks, 5, &mut wide);
            gather(&blocks, 5, &mut plain, transposed);
            assert_eq!(wide, plain);
            assert_eq!(
                wide.as_flattened().as_flattened(),
                (80..848).collect::<Vec<i32>>()
            );

            let mut empty = [[0; 53]; LANES];
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
}
