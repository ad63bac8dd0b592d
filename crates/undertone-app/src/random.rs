//! Names that cannot be guessed.

use std::fmt::Write;

/// 128 random bits in hexadecimal.
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
