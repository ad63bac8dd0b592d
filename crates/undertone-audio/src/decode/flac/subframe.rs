//! One channel of one block: a predictor and what it got wrong.

use super::bits::{BitReader, OutOfBits};
use super::predict::{MAX_ORDER, Predictor};
use super::sample::Sample;

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

/// One channel of one block, kept between blocks for its memory.
#[derive(Debug, Default)]
pub(super) struct Subframe<S> {
    /// After [`Subframe::read`]: the first samples, as many as the predictor needs, and then its
    /// errors, which [`Sample::restore`] turns into samples.
    pub(super) samples: Vec<S>,
    pub(super) predictor: Predictor,
    /// Whether it can be restored side by side with others.
    pub(super) fits_lanes: bool,
    /// Zero bits that were left out at the end of every sample.
    pub(super) wasted: u32,
}

impl<S: Sample> Subframe<S> {
    /// Reads `block_size` samples of `sample_bits` bits.
    pub(super) fn read(
        &mut self,
        reader: &mut BitReader<'_>,
        sample_bits: u32,
        block_size: usize,
    ) -> Result<(), BadSubframe> {
        if reader.read(1)? != 0 {
            return Err(BadSubframe::Rule("subframe without its leading zero"));
        }
        let kind = reader.read(6)?;
        self.wasted = if reader.read(1)? == 1 {
            reader.read_unary()? + 1
        } else {
            0
        };
        if self.wasted >= sample_bits {
            return Err(BadSubframe::Rule("no bits left in a sample"));
        }
        let bits = sample_bits - self.wasted;
        self.samples.resize(block_size, S::default());
        self.predictor = Predictor::default();
        match kind {
            0 => self.samples.fill(S::truncated(reader.read_signed(bits)?)),
            1 => read_all(reader, bits, &mut self.samples)?,
            8..=12 => self.read_fixed(reader, bits, (kind - 8) as usize)?,
            32..=63 => self.read_linear(reader, bits, (kind - 31) as usize)?,
            _ => return Err(BadSubframe::Rule("reserved subframe type")),
        }
        self.fits_lanes = self.predictor.fits_lanes(bits);
        Ok(())
    }

    /// The format's own predictors: polynomials of order 0 to 4.
    fn read_fixed(
        &mut self,
        reader: &mut BitReader<'_>,
        bits: u32,
        order: usize,
    ) -> Result<(), BadSubframe> {
        const COEFFICIENTS: [&[i32]; 5] = [&[], &[1], &[2, -1], &[3, -3, 1], &[4, -6, 4, -1]];
        self.read_warm_up(reader, bits, order)?;
        self.predictor.order = order;
        self.predictor.coefficients[..order].copy_from_slice(COEFFICIENTS[order]);
        S::read_residual(reader, order, &mut self.samples)
    }

    /// A linear predictor of order 1 to 32 with coefficients from the stream.
    fn read_linear(
        &mut self,
        reader: &mut BitReader<'_>,
        bits: u32,
        order: usize,
    ) -> Result<(), BadSubframe> {
        self.read_warm_up(reader, bits, order)?;
        let precision = reader.read(4)? + 1;
        if precision == 16 {
            return Err(BadSubframe::Rule("reserved coefficient precision"));
        }
        let shift = reader.read_signed(5)?;
        if shift < 0 {
            return Err(BadSubframe::Rule("negative coefficient shift"));
        }
        let mut coefficients = [0; MAX_ORDER];
        read_all(reader, precision, &mut coefficients[..order])?;
        self.predictor = Predictor {
            order,
            coefficients,
            shift: shift as u32,
        };
        S::read_residual(reader, order, &mut self.samples)
    }

    fn read_warm_up(
        &mut self,
        reader: &mut BitReader<'_>,
        bits: u32,
        order: usize,
    ) -> Result<(), BadSubframe> {
        let first = self
            .samples
            .get_mut(..order)
            .ok_or(BadSubframe::Rule("predictor longer than block"))?;
        read_all(reader, bits, first)
    }

    /// Turns this block's errors into samples, by itself.
    pub(super) fn restore(&mut self) {
        let range = self.predictor.order..self.samples.len();
        self.predictor.restore(&mut self.samples, range);
    }
}

/// Plain numbers of up to 33 bits in two's complement.
fn read_all<S: Sample>(
    reader: &mut BitReader<'_>,
    bits: u32,
    values: &mut [S],
) -> Result<(), BadSubframe> {
    for value in values {
        *value = S::truncated(reader.read_signed(bits)?);
    }
    Ok(())
}
