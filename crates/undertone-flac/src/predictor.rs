//! Linear prediction: from the residual back to the samples.
//!
//! Each sample depends on the one before it, so a processor cannot restore one subframe faster than
//! this chain of multiplications, additions and shifts allows. Different subframes do not depend on
//! each other: sixteen are restored at the same time, one in each lane of the vector registers.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{
    _mm512_add_epi32, _mm512_mullo_epi32, _mm512_setzero_si512, _mm512_srav_epi32,
};
use std::ops::Range;

use crate::sample::Sample;
use crate::transpose::{LANES, Row, Square, from_lanes, into_lanes};
#[cfg(target_arch = "x86_64")]
use crate::transpose::{load, store};

/// The highest order of a predictor in the format.
pub(crate) const MAX_ORDER: usize = 32;

/// A linear predictor: it predicts a sample as the weighted sum of the `order` samples before it,
/// shifted right. The coefficient of the newest sample comes first; those beyond `order` are 0.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Predictor {
    pub(crate) order: usize,
    pub(crate) coefficients: [i32; MAX_ORDER],
    pub(crate) shift: u32,
}

impl Predictor {
    /// Return whether [`restore_in_lanes`] can restore samples of `sample_bits` bits with this
    /// predictor: no sum of products may overflow 32 bits.
    pub(crate) fn fits_lanes(&self, sample_bits: u32) -> bool {
        let weight: u64 = self
            .coefficients
            .iter()
            .map(|coefficient| u64::from(coefficient.unsigned_abs()))
            .sum();
        // Each sample has a magnitude of at most 2^(bits - 1); the sum must stay below 2^31.
        self.order <= LANES_MAX_ORDER && sample_bits <= 32 && weight << (sample_bits - 1) < 1 << 31
    }

    /// Replace the residual in `range` by samples. All samples before `range` must be restored.
    pub(crate) fn restore<S: Sample>(&self, samples: &mut [S], range: Range<usize>) {
        // A loop of fixed length keeps the coefficients in registers. Encoders seldom use an order
        // above 12.
        macro_rules! by_order {
            ($($order:literal)*) => {
                match self.order {
                    0 => {}
                    $($order => self.restore_fixed::<S, $order>(samples, range),)*
                    _ => self.restore_any(samples, range),
                }
            };
        }
        by_order!(1 2 3 4 5 6 7 8 9 10 11 12);
    }

    fn restore_fixed<S: Sample, const ORDER: usize>(&self, samples: &mut [S], range: Range<usize>) {
        let mut history = [0_i64; ORDER];
        for (value, sample) in history.iter_mut().zip(&samples[range.start - ORDER..]) {
            *value = (*sample).into();
        }
        for sample in &mut samples[range] {
            let mut sum = 0_i64;
            for lag in 0..ORDER {
                let coefficient = i64::from(self.coefficients[lag]);
                sum = sum.wrapping_add(coefficient.wrapping_mul(history[ORDER - 1 - lag]));
            }
            let value = (*sample).into().wrapping_add(sum >> self.shift);
            *sample = S::truncated(value);
            history.copy_within(1.., 0);
            history[ORDER - 1] = value;
        }
    }

    fn restore_any<S: Sample>(&self, samples: &mut [S], range: Range<usize>) {
        for n in range {
            let history = samples[n - self.order..n].iter().rev();
            let sum = self
                .coefficients
                .iter()
                .zip(history)
                .fold(0_i64, |sum, (c, s)| {
                    sum.wrapping_add(i64::from(*c).wrapping_mul((*s).into()))
                });
            samples[n] = S::truncated(samples[n].into().wrapping_add(sum >> self.shift));
        }
    }
}

/// The highest order that is restored in lanes. RFC 9639's streamable subset allows no higher one
/// for sample rates up to 48 kHz.
const LANES_MAX_ORDER: usize = 12;
/// Squares of samples that are brought into lanes at one time: 16 KiB.
const TILE: usize = 16;

/// Restore sixteen subframes of one length at the same time. Each must hold its warm-up samples and
/// its residual.
///
/// Every predictor must satisfy [`Predictor::fits_lanes`].
pub(crate) fn restore_in_lanes(predictors: &[Predictor; LANES], mut blocks: [&mut [i32]; LANES]) {
    let len = blocks[0].len();
    let begin = LANES_MAX_ORDER.min(len);
    let end = len - (len - begin) % LANES;
    // Both with the oldest sample first.
    let mut coefficients = [Row::default(); LANES_MAX_ORDER];
    let mut past = [Row::default(); LANES_MAX_ORDER];
    let mut shifts = [0; LANES];
    for (lane, (predictor, block)) in predictors.iter().zip(&mut blocks).enumerate() {
        predictor.restore(block, predictor.order.min(begin)..begin);
        for (row, sample) in past.iter_mut().zip(&block[..begin]) {
            row[lane] = *sample;
        }
        let newest_first = predictor.coefficients.iter();
        for (row, coefficient) in coefficients.iter_mut().rev().zip(newest_first) {
            row[lane] = *coefficient;
        }
        shifts[lane] = predictor.shift & 31;
    }
    let mut tile = [Square::default(); TILE];
    for start in (begin..end).step_by(LANES * TILE) {
        let tile = &mut tile[..TILE.min((end - start) / LANES)];
        into_lanes(&blocks, start, tile);
        let rows = tile.as_flattened_mut();
        restore_rows(&coefficients, &shifts, &past, rows);
        if let Some(last) = rows.last_chunk() {
            past = *last;
        }
        from_lanes(tile, &mut blocks, start);
    }
    for (predictor, block) in predictors.iter().zip(&mut blocks) {
        predictor.restore(block, end..len);
    }
}

/// Restore the samples in `rows`, given the last `past` ones before them.
#[allow(unsafe_code)]
fn restore_rows(
    coefficients: &[Row; LANES_MAX_ORDER],
    shifts: &[u32; LANES],
    past: &[Row; LANES_MAX_ORDER],
    rows: &mut [Row],
) {
    #[cfg(target_arch = "x86_64")]
    {
        if crate::cpu::has_avx512() {
            // SAFETY: `has_avx512` has detected every feature that the function is compiled for.
            return unsafe { restore_rows_avx512(coefficients, shifts, past, rows) };
        }
        if crate::cpu::has_avx2() {
            // SAFETY: `has_avx2` has detected every feature that the function is compiled for.
            return unsafe { restore_rows_avx2(coefficients, shifts, past, rows) };
        }
    }
    restore_rows_plain::<8>(coefficients, shifts, past, rows);
}

/// The compiler does not vectorize the plain loop for sixteen lanes.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn restore_rows_avx512(
    coefficients: &[Row; LANES_MAX_ORDER],
    shifts: &[u32; LANES],
    past: &[Row; LANES_MAX_ORDER],
    rows: &mut [Row],
) {
    let coefficients = coefficients.each_ref().map(|row| load(row));
    let mut past = past.each_ref().map(|row| load(row));
    let shifts = load(&shifts.map(|shift| (shift & 31) as i32));
    for row in rows {
        let mut sum = _mm512_setzero_si512();
        for age in 0..LANES_MAX_ORDER {
            sum = _mm512_add_epi32(sum, _mm512_mullo_epi32(coefficients[age], past[age]));
        }
        let newest = _mm512_add_epi32(load(row), _mm512_srav_epi32(sum, shifts));
        // Not a loop, which the compiler would turn into a copy in memory.
        let [_, a, b, c, d, e, f, g, h, i, j, k] = past;
        past = [a, b, c, d, e, f, g, h, i, j, k, newest];
        store(newest, row);
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
fn restore_rows_avx2(
    coefficients: &[Row; LANES_MAX_ORDER],
    shifts: &[u32; LANES],
    past: &[Row; LANES_MAX_ORDER],
    rows: &mut [Row],
) {
    restore_rows_plain::<8>(coefficients, shifts, past, rows);
}

/// Restore `WIDTH` lanes at a time, so that what they need fits into the registers.
#[inline(always)]
fn restore_rows_plain<const WIDTH: usize>(
    coefficients: &[Row; LANES_MAX_ORDER],
    shifts: &[u32; LANES],
    past: &[Row; LANES_MAX_ORDER],
    rows: &mut [Row],
) {
    for part in 0..LANES / WIDTH {
        // Copies, so that they stay in registers.
        let mut own_coefficients = [[0; WIDTH]; LANES_MAX_ORDER];
        let mut own_past = [[0; WIDTH]; LANES_MAX_ORDER];
        for age in 0..LANES_MAX_ORDER {
            own_coefficients[age] = coefficients[age].as_chunks().0[part];
            own_past[age] = past[age].as_chunks().0[part];
        }
        let own_shifts = shifts.as_chunks().0[part];
        restore_lanes::<WIDTH>(own_coefficients, own_shifts, own_past, rows, part);
    }
}

#[inline(always)]
fn restore_lanes<const WIDTH: usize>(
    coefficients: [[i32; WIDTH]; LANES_MAX_ORDER],
    shifts: [u32; WIDTH],
    mut past: [[i32; WIDTH]; LANES_MAX_ORDER],
    rows: &mut [Row],
    part: usize,
) {
    for row in rows {
        let row = &mut row.as_chunks_mut::<WIDTH>().0[part];
        let mut sums = [0_i32; WIDTH];
        for age in 0..LANES_MAX_ORDER {
            for lane in 0..WIDTH {
                let product = coefficients[age][lane].wrapping_mul(past[age][lane]);
                sums[lane] = sums[lane].wrapping_add(product);
            }
        }
        // Not `copy_within`, which would keep everything in memory.
        for age in 1..LANES_MAX_ORDER {
            past[age - 1] = past[age];
        }
        let newest = &mut past[LANES_MAX_ORDER - 1];
        for lane in 0..WIDTH {
            newest[lane] = row[lane].wrapping_add(sums[lane] >> (shifts[lane] & 31));
        }
        *row = *newest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Small enough for 32 bits in every order.
    fn predictor(order: usize, seed: i32) -> Predictor {
        let mut coefficients = [0; MAX_ORDER];
        for (k, coefficient) in (seed..).zip(&mut coefficients[..order]) {
            *coefficient = k * 37 % 23 - 11;
        }
        Predictor {
            order,
            coefficients,
            shift: 8,
        }
    }

    fn residual(len: i32, seed: i32) -> Vec<i32> {
        (seed..seed + len).map(|n| n * n * 31 % 101 - 50).collect()
    }

    #[test]
    fn every_way_to_restore_one_subframe_agrees() {
        for order in 1..=12 {
            let predictor = predictor(order, 0);
            let (mut a, mut b) = (residual(200, 0), residual(200, 0));
            predictor.restore(&mut a, order..200);
            predictor.restore_any(&mut b, order..200);
            assert_eq!(a, b, "order {order}");
            let mut wide: Vec<i64> = residual(200, 0).into_iter().map(i64::from).collect();
            predictor.restore(&mut wide, order..200);
            assert!(
                wide.iter().zip(&a).all(|(w, n)| *w == i64::from(*n)),
                "order {order}"
            );
        }
    }

    #[test]
    fn lanes_restore_the_same_samples_as_one_subframe_alone() {
        for (longest, len) in [(0, 40), (3, 3), (3, 100), (8, 9), (12, 12), (12, 4096)] {
            let predictors: [Predictor; LANES] =
                std::array::from_fn(|lane| predictor(longest * lane / 15, lane as i32));
            let mut blocks: [Vec<i32>; LANES] =
                std::array::from_fn(|lane| residual(len as i32, lane as i32));
            let mut alone = blocks.clone();
            for (predictor, block) in predictors.iter().zip(&mut alone) {
                assert!(predictor.fits_lanes(16));
                predictor.restore(block, predictor.order..len);
            }
            restore_in_lanes(&predictors, blocks.each_mut().map(Vec::as_mut_slice));
            assert_eq!(blocks, alone, "order {longest}, {len} samples");
        }
    }

    #[test]
    fn both_compilations_agree() {
        let coefficients = std::array::from_fn(|age| [age as i32 * 37 - 200; LANES]);
        let shifts = std::array::from_fn(|lane| lane as u32);
        let rows: Vec<Row> = (0..99_i32)
            .map(|n| std::array::from_fn(|lane| n * n * 31 % 101 - 50 * lane as i32))
            .collect();
        let past = [Row::default(); LANES_MAX_ORDER];
        let (mut wide, mut plain, mut other) = (rows.clone(), rows.clone(), rows);
        restore_rows(&coefficients, &shifts, &past, &mut wide);
        restore_rows_plain::<8>(&coefficients, &shifts, &past, &mut plain);
        restore_rows_plain::<16>(&coefficients, &shifts, &past, &mut other);
        assert_eq!(wide, plain);
        assert_eq!(other, plain);
    }

    #[test]
    fn predictors_that_overflow_32_bits_do_not_fit_lanes() {
        let mut largest = predictor(12, 0);
        largest.coefficients[..12].fill(-(1 << 14));
        assert!(!largest.fits_lanes(16));
        assert!(largest.fits_lanes(13));
        assert!(Predictor::default().fits_lanes(32));
        assert!(!Predictor::default().fits_lanes(33));
        assert!(!predictor(13, 0).fits_lanes(8));
    }
}
