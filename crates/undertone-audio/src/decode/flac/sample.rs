//! The numbers that samples are computed in.

use super::bits::BitReader;
use super::predict::{LANES, restore_side_by_side};
use super::residual;
use super::subframe::{BadSubframe, Subframe};

/// 32 bits hold the samples of nearly every stream, and the difference of two channels that have
/// 31. Only channels of 32 bits need wider ones.
pub(super) trait Sample: Copy + Default + From<i32> + Into<i64> {
    /// The low bits.
    fn truncated(value: i64) -> Self;

    /// Reads the prediction errors behind the first `order` samples.
    fn read_residual(
        reader: &mut BitReader<'_>,
        order: usize,
        samples: &mut [Self],
    ) -> Result<(), BadSubframe>;

    /// Blocks that are best restored together.
    const AT_ONCE: usize;

    /// Turns prediction errors into samples.
    fn restore(subframes: Vec<&mut Subframe<Self>>);
}

impl Sample for i32 {
    fn truncated(value: i64) -> Self {
        value as i32
    }

    fn read_residual(
        reader: &mut BitReader<'_>,
        order: usize,
        samples: &mut [Self],
    ) -> Result<(), BadSubframe> {
        residual::read_narrow(reader, order, samples)
    }

    const AT_ONCE: usize = LANES;

    fn restore(subframes: Vec<&mut Subframe<Self>>) {
        let longest = subframes
            .iter()
            .map(|subframe| subframe.samples.len())
            .max();
        let (mut together, alone): (Vec<_>, Vec<_>) = subframes
            .into_iter()
            .partition(|subframe| subframe.fits_lanes && Some(subframe.samples.len()) == longest);
        for subframe in alone {
            subframe.restore();
        }
        for group in together.chunks_mut(LANES) {
            // Lanes without a block compute nothing from zeros.
            let mut unused = vec![0; (LANES - group.len()) * longest.unwrap_or(0)];
            let predictors = std::array::from_fn(|lane| {
                group
                    .get(lane)
                    .map(|subframe| subframe.predictor)
                    .unwrap_or_default()
            });
            let mut blocks = group
                .iter_mut()
                .map(|subframe| subframe.samples.as_mut_slice())
                .chain(unused.chunks_mut(longest.unwrap_or(0).max(1)));
            let blocks = [(); LANES].map(|()| blocks.next().unwrap_or_default());
            restore_side_by_side(&predictors, blocks);
        }
    }
}

impl Sample for i64 {
    fn truncated(value: i64) -> Self {
        value
    }

    fn read_residual(
        reader: &mut BitReader<'_>,
        order: usize,
        samples: &mut [Self],
    ) -> Result<(), BadSubframe> {
        residual::read_wide(reader, order, samples)
    }

    const AT_ONCE: usize = 1;

    fn restore(subframes: Vec<&mut Subframe<Self>>) {
        for subframe in subframes {
            subframe.restore();
        }
    }
}
