//! The integer type that samples are computed in.

use std::borrow::Cow;

/// A signed integer that holds the samples of a subframe.
///
/// 32 bits are enough for nearly every stream: they hold the side channel (left minus right) of
/// channels of up to 31 bits. Only channels of 32 bits need 64.
pub(crate) trait Sample: Copy + Default + From<i32> + Into<i64> {
    /// Whether sixteen subframes can be restored together, in lanes of 32 bits.
    const HAS_LANES: bool;

    /// Keep the low bits of `value`.
    fn truncated(value: i64) -> Self;

    /// Return the samples as lanes take them, or `None` for a type without lanes.
    fn for_lanes(samples: &mut [Self]) -> Option<&mut [i32]>;

    /// Return decoded samples as 32-bit integers. No decoded sample has more bits.
    fn narrowed(samples: &[Self]) -> Cow<'_, [i32]>;
}

impl Sample for i32 {
    const HAS_LANES: bool = true;

    fn truncated(value: i64) -> Self {
        value as i32
    }

    fn for_lanes(samples: &mut [Self]) -> Option<&mut [i32]> {
        Some(samples)
    }

    fn narrowed(samples: &[Self]) -> Cow<'_, [i32]> {
        Cow::Borrowed(samples)
    }
}

impl Sample for i64 {
    const HAS_LANES: bool = false;

    fn truncated(value: i64) -> Self {
        value
    }

    fn for_lanes(_: &mut [Self]) -> Option<&mut [i32]> {
        None
    }

    fn narrowed(samples: &[Self]) -> Cow<'_, [i32]> {
        samples.iter().map(|sample| *sample as i32).collect()
    }
}
