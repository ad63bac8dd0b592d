//! A crate with two circles, for the test of the test.

mod circle;
mod macros;
mod one;
mod owner;
mod two;
mod user;

pub use owner::Owned;
pub use user::user;
