//! The residual: the differences between samples and predictions, in Rice codes.

use crate::bits::BitReader;
use crate::error::FlacError;
use crate::sample::Sample;

/// Read the residual of a subframe into `samples[order..]`: partitions of equal length, the first
/// one shorter by the warm-up samples.
#[allow(unsafe_code)]
pub(crate) fn read<S: Sample>(
    reader: &mut BitReader<'_>,
    order: usize,
    samples: &mut [S],
) -> Result<(), FlacError> {
    #[cfg(target_arch = "x86_64")]
    if crate::cpu::has_avx2() {
        // SAFETY: `has_avx2` has detected every feature that the function is compiled for.
        return unsafe { read_with_bit_instructions(reader, order, samples) };
    }
    read_plain(reader, order, samples)
}

/// Shifts and counts of leading zeros are nearly all of the work, and the x86-64 baseline has only
/// slow instructions for them.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
fn read_with_bit_instructions<S: Sample>(
    reader: &mut BitReader<'_>,
    order: usize,
    samples: &mut [S],
) -> Result<(), FlacError> {
    read_plain(reader, order, samples)
}

#[inline(always)]
fn read_plain<S: Sample>(
    reader: &mut BitReader<'_>,
    order: usize,
    samples: &mut [S],
) -> Result<(), FlacError> {
    let parameter_bits = match reader.read(2)? {
        0 => 4,
        1 => 5,
        _ => return Err(FlacError::Invalid("reserved residual coding method")),
    };
    let partitions = 1_usize << reader.read(4)?;
    let len = samples.len() / partitions;
    if len * partitions != samples.len() || len < order {
        return Err(FlacError::Invalid("the partitions do not divide the block"));
    }
    let escape_code = (1 << parameter_bits) - 1;
    let mut start = order;
    for partition in 1..=partitions {
        let residual = &mut samples[start..partition * len];
        start = partition * len;
        let parameter = reader.read(parameter_bits)?;
        if parameter == escape_code {
            let bits = reader.read(5)?;
            for value in residual {
                *value = S::truncated(reader.read_signed(bits)?);
            }
        } else {
            // As many codes as one refill of the bit reader seldom has too few bits for. A code
            // has about two bits more than its parameter.
            match parameter {
                0 => read_rice_codes::<S, 16>(reader, parameter, residual)?,
                1 => read_rice_codes::<S, 12>(reader, parameter, residual)?,
                2 => read_rice_codes::<S, 10>(reader, parameter, residual)?,
                3 => read_rice_codes::<S, 8>(reader, parameter, residual)?,
                4..=5 => read_rice_codes::<S, 6>(reader, parameter, residual)?,
                6..=9 => read_rice_codes::<S, 4>(reader, parameter, residual)?,
                _ => read_rice_codes::<S, 2>(reader, parameter, residual)?,
            }
        }
    }
    Ok(())
}

#[inline(always)]
fn read_rice_codes<S: Sample, const PER_REFILL: usize>(
    reader: &mut BitReader<'_>,
    parameter: u32,
    residual: &mut [S],
) -> Result<(), FlacError> {
    // A copy, so that its fields stay in registers.
    let mut local = *reader;
    let (groups, rest) = residual.as_chunks_mut::<PER_REFILL>();
    for group in groups {
        local.refill();
        if !local.read_short_rice(parameter, group) {
            for value in group {
                *value = S::from(local.read_rice(parameter)? as i32);
            }
        }
    }
    for value in rest {
        *value = S::from(local.read_rice(parameter)? as i32);
    }
    *reader = local;
    // The zigzag mapping: the lowest bit says whether all others are inverted. A loop of its own is
    // faster, because it is vectorized.
    for value in residual {
        let folded = (*value).into() as u32;
        *value = S::from((folded >> 1) as i32 ^ -((folded & 1) as i32));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_compilations_and_both_widths_agree() {
        let mut data: Vec<u8> = (0..40_000_u32)
            .map(|n| (n * n * 7 + n / 3) as u8 | 1)
            .collect();
        for parameter in 0..=14_u8 {
            // Coding method 0, one partition, the Rice parameter.
            data[3] = parameter >> 2;
            data[4] = parameter << 6 | 1;
            let (mut narrow, mut wide, mut plain) = ([0_i32; 900], [0_i64; 900], [0_i32; 900]);
            let mut readers = [(); 3].map(|()| BitReader::new(&data, 3));
            assert_eq!(read(&mut readers[0], 2, &mut narrow), Ok(()));
            assert_eq!(read(&mut readers[1], 2, &mut wide), Ok(()));
            assert_eq!(read_plain(&mut readers[2], 2, &mut plain), Ok(()));
            assert_eq!(narrow, plain, "parameter {parameter}");
            assert!(wide.iter().zip(narrow).all(|(w, n)| *w == i64::from(n)));
            let ends = readers.map(|reader| reader.position());
            assert_eq!([ends[0]; 3], ends);
        }
    }
}
