//! One channel of a frame: a predictor and the residual of its predictions.

use crate::bits::BitReader;
use crate::error::FlacError;
use crate::predictor::{MAX_ORDER, Predictor, restore_in_lanes};
use crate::residual;
use crate::sample::Sample;
use crate::transpose::LANES;

/// One channel of a frame. Its memory is used again for the next frame.
#[derive(Debug, Default)]
pub(crate) struct Subframe<S> {
    /// After [`Subframe::read`]: as many warm-up samples as the predictor's order, then the
    /// residual. [`restore_all`] turns it into samples.
    pub(crate) samples: Vec<S>,
    predictor: Predictor,
    /// Whether the samples can be restored in lanes, together with other subframes.
    fits_lanes: bool,
    /// Low bits that are zero in every sample and that the stream leaves out.
    wasted_bits: u32,
}

impl<S: Sample> Subframe<S> {
    /// Read `block_size` samples of `bits` bits, the wasted bits included.
    pub(crate) fn read(
        &mut self,
        reader: &mut BitReader<'_>,
        bits: u32,
        block_size: usize,
    ) -> Result<(), FlacError> {
        if reader.read(1)? != 0 {
            return Err(FlacError::Invalid(
                "a subframe does not begin with a zero bit",
            ));
        }
        let subframe_type = reader.read(6)?;
        self.wasted_bits = match reader.read(1)? {
            1 => reader.read_unary()? + 1,
            _ => 0,
        };
        if self.wasted_bits >= bits {
            return Err(FlacError::Invalid("all bits of a sample are wasted bits"));
        }
        let bits = bits - self.wasted_bits;
        self.samples.resize(block_size, S::default());
        self.predictor = Predictor::default();
        match subframe_type {
            // Constant.
            0 => self.samples.fill(S::truncated(reader.read_signed(bits)?)),
            // Verbatim.
            1 => read_all(reader, bits, &mut self.samples)?,
            8..=12 => self.read_fixed(reader, bits, (subframe_type - 8) as usize)?,
            32..=63 => self.read_linear(reader, bits, (subframe_type - 31) as usize)?,
            _ => return Err(FlacError::Invalid("reserved subframe type")),
        }
        self.fits_lanes = S::HAS_LANES && self.predictor.fits_lanes(bits);
        Ok(())
    }

    /// Read a subframe with one of the format's own predictors: polynomials of order 0 to 4.
    fn read_fixed(
        &mut self,
        reader: &mut BitReader<'_>,
        bits: u32,
        order: usize,
    ) -> Result<(), FlacError> {
        const COEFFICIENTS: [&[i32]; 5] = [&[], &[1], &[2, -1], &[3, -3, 1], &[4, -6, 4, -1]];
        self.read_warm_up(reader, bits, order)?;
        self.predictor.order = order;
        self.predictor.coefficients[..order].copy_from_slice(COEFFICIENTS[order]);
        residual::read(reader, order, &mut self.samples)
    }

    /// Read a subframe with a linear predictor of order 1 to 32, whose coefficients stand in the
    /// stream.
    fn read_linear(
        &mut self,
        reader: &mut BitReader<'_>,
        bits: u32,
        order: usize,
    ) -> Result<(), FlacError> {
        self.read_warm_up(reader, bits, order)?;
        let precision = reader.read(4)? + 1;
        if precision == 16 {
            return Err(FlacError::Invalid(
                "forbidden precision of the coefficients",
            ));
        }
        let shift = reader.read_signed(5)?;
        if shift < 0 {
            return Err(FlacError::Invalid("negative prediction right shift"));
        }
        let mut coefficients = [0; MAX_ORDER];
        read_all(reader, precision, &mut coefficients[..order])?;
        self.predictor = Predictor {
            order,
            coefficients,
            shift: shift as u32,
        };
        residual::read(reader, order, &mut self.samples)
    }

    fn read_warm_up(
        &mut self,
        reader: &mut BitReader<'_>,
        bits: u32,
        order: usize,
    ) -> Result<(), FlacError> {
        let warm_up = self.samples.get_mut(..order).ok_or(FlacError::Invalid(
            "a predictor's order exceeds the block size",
        ))?;
        read_all(reader, bits, warm_up)
    }

    /// Turn the residual of this subframe alone into samples.
    fn restore(&mut self) {
        let range = self.predictor.order..self.samples.len();
        self.predictor.restore(&mut self.samples, range);
    }

    /// Shift every sample left by the wasted bits.
    pub(crate) fn append_wasted_bits(&mut self) {
        if self.wasted_bits > 0 {
            for sample in &mut self.samples {
                *sample = S::truncated((*sample).into() << self.wasted_bits);
            }
        }
    }
}

/// Turn the residuals of all subframes into samples, as many subframes at a time as there are
/// lanes. Only the longest subframes go into lanes; a stream's last frame may be shorter.
pub(crate) fn restore_all<S: Sample>(subframes: Vec<&mut Subframe<S>>) {
    let longest = subframes
        .iter()
        .map(|subframe| subframe.samples.len())
        .max()
        .unwrap_or(0);
    let (mut in_lanes, alone): (Vec<_>, Vec<_>) = subframes
        .into_iter()
        .partition(|subframe| subframe.fits_lanes && subframe.samples.len() == longest);
    for subframe in alone {
        subframe.restore();
    }
    for group in in_lanes.chunks_mut(LANES) {
        // A lane without a subframe computes zeros from zeros.
        let mut unused = vec![0; (LANES - group.len()) * longest];
        let predictors = std::array::from_fn(|lane| {
            group
                .get(lane)
                .map(|subframe| subframe.predictor)
                .unwrap_or_default()
        });
        let mut lanes = group
            .iter_mut()
            .filter_map(|subframe| S::for_lanes(&mut subframe.samples))
            .chain(unused.chunks_mut(longest.max(1)));
        let lanes = [(); LANES].map(|()| lanes.next().unwrap_or_default());
        restore_in_lanes(&predictors, lanes);
    }
}

/// Read integers of up to 33 bits in two's complement.
fn read_all<S: Sample>(
    reader: &mut BitReader<'_>,
    bits: u32,
    values: &mut [S],
) -> Result<(), FlacError> {
    for value in values {
        *value = S::truncated(reader.read_signed(bits)?);
    }
    Ok(())
}
