//! Streams of random numbers that are the same on every platform.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// The purpose of random numbers. Each purpose has its own stream of a seed, so that drawing more
/// numbers for one does not change another.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Test,
    Validation,
    Balance,
}

/// Return the stream of `seed` for one purpose.
pub(crate) fn stream(seed: u64, purpose: Purpose) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(purpose as u64);
    rng
}
