//! A child that imports from its parent.

use super::Shared;

pub(super) fn make() -> Shared {
    Shared
}
