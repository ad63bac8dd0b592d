//! One channel of one block: a predictor and what it got wrong.

use super::bits::{BitReader, OutOfBits};

/// A rule of the format that a subframe breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadSubframe {
    OutOfBits,
    Rule(&'static str),
}

impl From<OutOfBits> for BadSubframe {
    fn from(_: OutOfBits) -> Self {
        Self::OutOfBits
    }
}

/// Decodes one subframe of `sample_bits` bits a sample into `samples`, which has the block's size.
pub(super) fn decode(
    reader: &mut BitReader<'_>,
    sample_bits: u32,
    samples: &mut [i64],
) -> Result<(), BadSubframe> {
    if reader.read(1)? != 0 {
        return Err(BadSubframe::Rule("subframe without its leading zero"));
    }
    let kind = reader.read(6)?;
    let wasted = if reader.read(1)? == 1 {
        reader.read_unary()? + 1
    } else {
        0
    };
    if wasted >= sample_bits {
        return Err(BadSubframe::Rule("no bits left in a sample"));
    }
    let bits = sample_bits - wasted;
    match kind {
        0 => samples.fill(reader.read_signed(bits)?),
        1 => {
            for sample in samples.iter_mut() {
                *sample = reader.read_signed(bits)?;
            }
        }
        8..=12 => fixed(reader, bits, (kind - 8) as usize, samples)?,
        32..=63 => linear(reader, bits, (kind - 31) as usize, samples)?,
        _ => return Err(BadSubframe::Rule("reserved subframe type")),
    }
    if wasted > 0 {
        samples.iter_mut().for_each(|sample| *sample <<= wasted);
    }
    Ok(())
}

/// The format's own predictors: polynomials of order 0 to 4.
fn fixed(
    reader: &mut BitReader<'_>,
    bits: u32,
    order: usize,
    samples: &mut [i64],
) -> Result<(), BadSubframe> {
    const COEFFICIENTS: [&[i64]; 5] = [&[], &[1], &[2, -1], &[3, -3, 1], &[4, -6, 4, -1]];
    warm_up(reader, bits, order, samples)?;
    residual(reader, order, samples)?;
    predict(COEFFICIENTS[order], 0, samples);
    Ok(())
}

/// A linear predictor of order 1 to 32 with coefficients from the stream.
fn linear(
    reader: &mut BitReader<'_>,
    bits: u32,
    order: usize,
    samples: &mut [i64],
) -> Result<(), BadSubframe> {
    warm_up(reader, bits, order, samples)?;
    let precision = reader.read(4)? + 1;
    if precision == 16 {
        return Err(BadSubframe::Rule("reserved coefficient precision"));
    }
    let shift = reader.read_signed(5)?;
    if shift < 0 {
        return Err(BadSubframe::Rule("negative coefficient shift"));
    }
    let mut coefficients = [0; 32];
    for coefficient in &mut coefficients[..order] {
        *coefficient = reader.read_signed(precision)?;
    }
    residual(reader, order, samples)?;
    predict(&coefficients[..order], shift as u32, samples);
    Ok(())
}

fn warm_up(
    reader: &mut BitReader<'_>,
    bits: u32,
    order: usize,
    samples: &mut [i64],
) -> Result<(), BadSubframe> {
    let first = samples
        .get_mut(..order)
        .ok_or(BadSubframe::Rule("predictor longer than block"))?;
    for sample in first {
        *sample = reader.read_signed(bits)?;
    }
    Ok(())
}

/// Reads prediction errors into `samples[order..]`: Rice codes in partitions of equal length, the
/// first one shorter by the warm-up samples.
fn residual(
    reader: &mut BitReader<'_>,
    order: usize,
    samples: &mut [i64],
) -> Result<(), BadSubframe> {
    let parameter_bits = match reader.read(2)? {
        0 => 4,
        1 => 5,
        _ => return Err(BadSubframe::Rule("reserved residual coding")),
    };
    let partitions = 1_usize << reader.read(4)?;
    let length = samples.len() / partitions;
    if length * partitions != samples.len() || length < order {
        return Err(BadSubframe::Rule("partitions don't divide the block"));
    }
    let mut start = order;
    for partition in 1..=partitions {
        let errors = &mut samples[start..partition * length];
        start = partition * length;
        let parameter = reader.read(parameter_bits)?;
        if parameter == (1 << parameter_bits) - 1 {
            let bits = reader.read(5)?;
            for error in errors {
                *error = reader.read_signed(bits)?;
            }
        } else {
            rice_partition(reader, parameter, errors)?;
        }
    }
    Ok(())
}

/// Most of the decoder's time goes here, and half of it into shifts and counts of leading zeros,
/// for which the x86-64 baseline has only slow instructions.
#[allow(unsafe_code)]
fn rice_partition(
    reader: &mut BitReader<'_>,
    parameter: u32,
    errors: &mut [i64],
) -> Result<(), OutOfBits> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("bmi2") && is_x86_feature_detected!("lzcnt") {
        // SAFETY: both features that the function is compiled for have just been detected.
        return unsafe { rice_partition_bmi(reader, parameter, errors) };
    }
    rice_partition_plain(reader, parameter, errors)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "bmi2,lzcnt")]
fn rice_partition_bmi(
    reader: &mut BitReader<'_>,
    parameter: u32,
    errors: &mut [i64],
) -> Result<(), OutOfBits> {
    rice_partition_plain(reader, parameter, errors)
}

#[inline(always)]
fn rice_partition_plain(
    reader: &mut BitReader<'_>,
    parameter: u32,
    errors: &mut [i64],
) -> Result<(), OutOfBits> {
    // A copy, so that its fields stay in registers.
    let mut local = reader.clone();
    // Every refill waits for memory, and seldom do four numbers need more than one.
    let (fours, rest) = errors.as_chunks_mut::<4>();
    for four in fours {
        local.refill();
        for error in four {
            *error = local.read_rice(parameter)?;
        }
    }
    for error in rest {
        *error = local.read_rice(parameter)?;
    }
    *reader = local;
    Ok(())
}

/// Adds to every prediction error the prediction from the samples before it, in place.
fn predict(coefficients: &[i64], shift: u32, samples: &mut [i64]) {
    // A loop of fixed length keeps coefficients in registers; encoders seldom go beyond 12.
    macro_rules! by_order {
        ($($order:literal)*) => {
            match coefficients.len() {
                0 => {}
                $($order => predict_fixed::<$order>(coefficients, shift, samples),)*
                _ => predict_any(coefficients, shift, samples),
            }
        };
    }
    by_order!(1 2 3 4 5 6 7 8 9 10 11 12);
}

fn predict_fixed<const ORDER: usize>(coefficients: &[i64], shift: u32, samples: &mut [i64]) {
    let Some(&newest_first) = coefficients.first_chunk::<ORDER>() else {
        return;
    };
    let Some(history) = samples.first_chunk::<ORDER>() else {
        return;
    };
    let mut history = *history;
    for sample in &mut samples[ORDER..] {
        let mut sum = 0_i64;
        for lag in 0..ORDER {
            sum = sum.wrapping_add(newest_first[lag].wrapping_mul(history[ORDER - 1 - lag]));
        }
        *sample = sample.wrapping_add(sum >> shift);
        history.copy_within(1.., 0);
        history[ORDER - 1] = *sample;
    }
}

fn predict_any(coefficients: &[i64], shift: u32, samples: &mut [i64]) {
    let order = coefficients.len();
    for n in order..samples.len() {
        let history = samples[n - order..n].iter().rev();
        let sum = coefficients
            .iter()
            .zip(history)
            .fold(0_i64, |sum, (c, s)| sum.wrapping_add(c.wrapping_mul(*s)));
        samples[n] = samples[n].wrapping_add(sum >> shift);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_predictors_agree() {
        let coefficients: Vec<i64> = (0..12).map(|k| (k * 37 % 23) - 11).collect();
        for order in 1..=12 {
            let mut a: Vec<i64> = (0..200).map(|n| n * n * 31 % 101 - 50).collect();
            let mut b = a.clone();
            predict(&coefficients[..order], 5, &mut a);
            predict_any(&coefficients[..order], 5, &mut b);
            assert_eq!(a, b, "order {order}");
        }
    }

    #[test]
    fn rice_kernels_agree() {
        let data: Vec<u8> = (0..4000_u32)
            .map(|n| (n * n * 7 + n / 3) as u8 | 1)
            .collect();
        for parameter in 0..=14 {
            let (mut a, mut b) = ([0; 900], [0; 900]);
            let (mut left, mut right) = (BitReader::new(&data, 3), BitReader::new(&data, 3));
            assert_eq!(rice_partition(&mut left, parameter, &mut a), Ok(()));
            assert_eq!(rice_partition_plain(&mut right, parameter, &mut b), Ok(()));
            assert_eq!(a, b, "parameter {parameter}");
            assert_eq!(left.position(), right.position());
        }
    }
}
