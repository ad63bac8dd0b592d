//! Convolution with a long response.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

/// Convolve the samples with `response`, which has at least one tap. The result has as many
/// samples.
///
/// The method is overlap-save. Two blocks are transformed together, as the real and the imaginary
/// part of one complex signal. This is exact because the response is real.
pub(super) fn convolve(samples: &[f32], response: &[f32]) -> Vec<f32> {
    let overlap = response.len() - 1;
    let size = (2 * response.len())
        .min(samples.len() + overlap)
        .next_power_of_two();
    let hop = size - overlap;
    let mut planner = FftPlanner::new();
    let (forward, inverse) = (
        planner.plan_fft_forward(size),
        planner.plan_fft_inverse(size),
    );

    let mut spectrum = vec![Complex::default(); size];
    for (bin, tap) in spectrum.iter_mut().zip(response) {
        bin.re = tap / size as f32;
    }
    forward.process(&mut spectrum);

    let sample = |padded: usize| {
        let index = padded.checked_sub(overlap);
        index
            .and_then(|index| samples.get(index))
            .copied()
            .unwrap_or(0.0)
    };
    let mut block = vec![Complex::default(); size];
    let mut output = vec![0.0; samples.len()];
    for (pair, written) in output.chunks_mut(2 * hop).enumerate() {
        for (n, bin) in (2 * pair * hop..).zip(&mut block) {
            *bin = Complex::new(sample(n), sample(n + hop));
        }
        forward.process(&mut block);
        for (bin, gain) in block.iter_mut().zip(&spectrum) {
            *bin *= gain;
        }
        inverse.process(&mut block);
        let valid = &block[overlap..];
        let (first, second) = written.split_at_mut(hop.min(written.len()));
        first
            .iter_mut()
            .zip(valid)
            .for_each(|(out, bin)| *out = bin.re);
        second
            .iter_mut()
            .zip(valid)
            .for_each(|(out, bin)| *out = bin.im);
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn convolution_equals_the_sum_of_products() {
        let sample = |n: usize| ((n * n) as f32 * 0.37).sin();
        for (len, taps) in [(1, 1), (1, 9), (5, 1), (100, 7), (1000, 33), (50, 200)] {
            let samples: Vec<f32> = (0..len).map(sample).collect();
            let response: Vec<f32> = (0..taps).map(|n| sample(n + 3)).collect();
            for (n, value) in convolve(&samples, &response).iter().enumerate() {
                let expected: f32 = (0..=n.min(taps - 1))
                    .map(|tap| response[tap] * samples[n - tap])
                    .sum();
                assert!(
                    (value - expected).abs() < 1e-4,
                    "{len} {taps} {n}: {value} {expected}"
                );
            }
        }
    }
}
