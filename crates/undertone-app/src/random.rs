//! Random identifiers.

use std::fmt::Write;

/// Return 128 random bits in hexadecimal, which nobody can guess.
///
/// # Panics
/// On a system without a random source.
pub(crate) fn id() -> String {
    let mut bytes = [0; 16];
    assert!(
        getrandom::fill(&mut bytes).is_ok(),
        "the system has no random source"
    );
    bytes
        .iter()
        .fold(String::with_capacity(32), |mut id, byte| {
            let _ = write!(id, "{byte:02x}");
            id
        })
}
