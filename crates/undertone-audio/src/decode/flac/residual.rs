//! What a predictor got wrong, in Rice codes.

use super::bits::BitReader;
use super::sample::Sample;
use super::subframe::BadSubframe;
use crate::kernel::kernel;

kernel! {
    pub(super) fn read_narrow(
        reader: &mut BitReader<'_>, order: usize, samples: &mut [i32],
    ) -> Result<(), BadSubframe> = read_plain;
}

kernel! {
    pub(super) fn read_wide(
        reader: &mut BitReader<'_>, order: usize, samples: &mut [i64],
    ) -> Result<(), BadSubframe> = read_plain;
}

/// Reads prediction errors into `samples[order..]`: partitions of equal length, the first one
/// shorter by the warm-up samples.
///
/// Shifts and counts of leading zeros are all there is to it, for which the x86-64 baseline has only
/// slow instructions.
#[inline(always)]
fn read_plain<S: Sample>(
    reader: &mut BitReader<'_>,
    order: usize,
    samples: &mut [S],
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
                *error = S::truncated(reader.read_signed(bits)?);
            }
        } else if parameter <= SHORT {
            read_rice_codes::<S, 8>(reader, parameter, errors)?;
        } else {
            read_rice_codes::<S, 4>(reader, parameter, errors)?;
        }
    }
    Ok(())
}

/// Up to this parameter, eight codes seldom need more than one refill; four seldom ever do.
const SHORT: u32 = 3;

#[inline(always)]
fn read_rice_codes<S: Sample, const PER_REFILL: usize>(
    reader: &mut BitReader<'_>,
    parameter: u32,
    errors: &mut [S],
) -> Result<(), BadSubframe> {
    // A copy, so that its fields stay in registers.
    let mut local = *reader;
    let (groups, rest) = errors.as_chunks_mut::<PER_REFILL>();
    for group in groups {
        local.refill();
        for error in group {
            *error = S::from(local.read_rice(parameter)? as i32);
        }
    }
    for error in rest {
        *error = S::from(local.read_rice(parameter)? as i32);
    }
    *reader = local;
    // The lowest bit says whether all others are inverted. Quicker here, for many at a time.
    for error in errors {
        let folded = (*error).into() as u32;
        *error = S::from((folded >> 1) as i32 ^ -((folded & 1) as i32));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_agree() {
        let mut data: Vec<u8> = (0..40_000_u32)
            .map(|n| (n * n * 7 + n / 3) as u8 | 1)
            .collect();
        for parameter in 0..=14_u8 {
            // Rice codes, one partition, the parameter.
            data[3] = parameter >> 2;
            data[4] = parameter << 6 | 1;
            let (mut narrow, mut wide, mut plain) = ([0; 900], [0; 900], [0; 900]);
            let mut readers = [(); 3].map(|()| BitReader::new(&data, 3));
            assert_eq!(read_narrow(&mut readers[0], 2, &mut narrow), Ok(()));
            assert_eq!(read_wide(&mut readers[1], 2, &mut wide), Ok(()));
            assert_eq!(read_plain(&mut readers[2], 2, &mut plain), Ok(()));
            assert_eq!(narrow, plain, "parameter {parameter}");
            assert!(wide.iter().zip(narrow).all(|(w, n)| *w == i64::from(n)));
            let ends = readers.map(|reader| reader.position());
            assert_eq!([ends[0]; 3], ends);
        }
    }
}
