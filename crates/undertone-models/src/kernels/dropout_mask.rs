//! Dropout masks that are computed where they are used.

use burn::backend::Flex;
use burn::backend::ops::FloatTensorOps;
use burn::tensor::{Distribution, FloatDType};

/// A dropout mask. Whether a value is kept depends only on the seed and on its index, so that each
/// thread can compute its own part of the mask.
#[derive(Debug, Clone, Copy)]
pub(super) struct DropoutMask {
    seed: [u32; 2],
    /// A value is kept if its hash is below this.
    kept_below: u32,
}

impl DropoutMask {
    /// Draw a mask that drops this share of the values, 0 up to but not including 1. The seed comes
    /// from the generator of the back end, so [`Device::seed`](burn::tensor::Device::seed) fixes
    /// it.
    pub(super) fn draw(dropped: f64) -> Self {
        let (shape, device) = ([2].into(), Default::default());
        let uniform = Distribution::Default;
        let drawn = Flex::float_random(shape, uniform, &device, FloatDType::F32);
        let drawn = drawn.storage::<f32>();
        Self {
            // 24 bits of each number are random. They are the upper ones of a number below 1.
            seed: [drawn[0], drawn[1]].map(|it| (f64::from(it) * 4_294_967_296.0) as u32),
            kept_below: ((1.0 - dropped) * 4_294_967_296.0) as u32,
        }
    }

    /// Return whether the value with this index is kept.
    #[inline(always)]
    pub(super) fn keeps(&self, index: u32) -> bool {
        mix(mix(index ^ self.seed[0]).wrapping_add(self.seed[1])) < self.kept_below
    }
}

/// Spread the differences of a number over all bits: the last step of MurmurHash3.
#[inline(always)]
fn mix(mut bits: u32) -> u32 {
    bits ^= bits >> 16;
    bits = bits.wrapping_mul(0x85eb_ca6b);
    bits ^= bits >> 13;
    bits = bits.wrapping_mul(0xc2b2_ae35);
    bits ^ (bits >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_its_share_without_a_pattern() {
        let mask = DropoutMask {
            seed: [17, 4],
            kept_below: (0.9 * 4_294_967_296.0) as u32,
        };
        let count = 200_000;
        let kept: Vec<f64> = (0..count).map(|it| f64::from(mask.keeps(it))).collect();
        let mean = |values: &mut dyn Iterator<Item = f64>, of: f64| values.sum::<f64>() / of;
        let share = mean(&mut kept.iter().copied(), f64::from(count));
        assert!((share - 0.9).abs() < 0.003, "kept {share}");
        // Neighbors and values in the same column are kept together as often as others.
        for lag in [1, 2, 16, 128, 7 * 128] {
            let pairs = kept
                .iter()
                .zip(&kept[lag..])
                .map(|(left, right)| left * right);
            let both = mean(&mut pairs.into_iter(), f64::from(count) - lag as f64);
            assert!((both - 0.81).abs() < 0.005, "lag {lag}: {both}");
        }
    }
}
