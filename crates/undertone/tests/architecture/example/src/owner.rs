//! Defines a name that others import over the root.

pub struct Owned;
pub const LIMIT: usize = 3;
