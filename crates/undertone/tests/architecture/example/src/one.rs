//! One half of a circle.

pub fn one() {
    crate::two::two();
}
