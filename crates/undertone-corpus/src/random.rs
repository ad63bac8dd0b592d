//! Random streams that are the same on every platform.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// What random numbers are drawn for. Each purpose has its own stream of a seed, so that drawing
/// more for one never changes another.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Test,
    Validation,
    Balance,
}

/// The stream of `seed` for one purpose.
pub(crate) fn stream(seed: u64, purpose: Purpose) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(purpose as u64);
    rng
}
