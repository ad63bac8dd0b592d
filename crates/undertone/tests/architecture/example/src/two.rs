//! The other half of a circle.

use super::one::one;

pub fn two() {
    one();
}
