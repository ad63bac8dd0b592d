//! Random numbers that are the same on every platform.

/// Steele, Lea and Flood's SplitMix64 (OOPSLA 2014).
#[derive(Debug, Clone)]
pub(super) struct SplitMix64(u64);

impl SplitMix64 {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Return a number drawn uniformly from `low` to `high`.
    #[cfg(feature = "degrade")]
    pub(super) fn uniform(&mut self, low: f64, high: f64) -> f64 {
        // 53 bits are what an f64 holds.
        low + (high - low) * (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Return an approximately normal number with mean 0 and variance 1, within ±3.5: the sum of
    /// four uniform ones. It needs neither `ln` nor `cos`, which differ between platforms.
    pub(super) fn normal(&mut self) -> f32 {
        let bits = self.next();
        let sum: u64 = (0..4).map(|part| (bits >> (16 * part)) & 0xffff).sum();
        // Each part has the variance of 2^32 / 12.
        (sum as f32 - 131_070.0) * (3_f32.sqrt() / 65_536.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_sequence_is_generated() {
        let mut random = SplitMix64::new(1_234_567);
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!([random.next(), random.next(), random.next()], expected);
    }

    #[test]
    fn normal_numbers_have_zero_mean_and_unit_variance() {
        let mut random = SplitMix64::new(1);
        let numbers: Vec<f64> = (0..100_000).map(|_| f64::from(random.normal())).collect();
        let mean = numbers.iter().sum::<f64>() / 1e5;
        let variance = numbers.iter().map(|x| x * x).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.01, "{mean}");
        assert!((variance - 1.0).abs() < 0.01, "{variance}");
    }
}
