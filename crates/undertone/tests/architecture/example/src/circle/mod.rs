//! A parent that uses its child, which imports from the parent.

mod child;

pub struct Shared;

pub fn parent() -> Shared {
    child::make()
}
