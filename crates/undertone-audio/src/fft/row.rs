//! One value for each lane.

/// Values in one row: a register of AVX-512.
pub(crate) const LANES: usize = 16;
/// One value for each lane.
pub(crate) type Row = [f32; LANES];
