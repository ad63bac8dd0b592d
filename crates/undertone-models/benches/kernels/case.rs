//! A kernel at one size, and its time.

use std::hint::black_box;
use std::time::Instant;

use burn::tensor::{Device, Distribution, Tensor};

/// Seconds for which each kernel is repeated.
const SECONDS: f64 = 0.4;

/// A kernel at one size.
pub(crate) struct Case {
    pub(crate) name: String,
    /// Additions and multiplications.
    pub(crate) operations: f64,
    /// Values that it must read and write at least.
    pub(crate) values: f64,
    pub(crate) run: Box<dyn FnMut() -> f64>,
}

/// Return the least time of many runs, in seconds.
pub(crate) fn least(run: &mut dyn FnMut() -> f64) -> f64 {
    run();
    let begin = Instant::now();
    let mut least = f64::INFINITY;
    while begin.elapsed().as_secs_f64() < SECONDS {
        least = least.min(run());
    }
    least
}

/// Return how long `work` takes on what `prepare` makes, in seconds.
pub(crate) fn timed<T, R>(prepare: impl Fn() -> T, work: impl FnOnce(T) -> R) -> f64 {
    let input = prepare();
    let begin = Instant::now();
    let output = black_box(work(input));
    let seconds = begin.elapsed().as_secs_f64();
    drop(output);
    seconds
}

pub(crate) fn random<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::random(shape, Distribution::Normal(0.0, 1.0), device)
}
