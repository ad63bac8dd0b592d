//! Functions of one value without branches and tables, which compilers turn into vector
//! instructions.

use std::f32::consts::{FRAC_1_SQRT_2, LOG2_E};

/// Run `loops`, compiled for the best vector instructions that the processor has.
#[inline(always)]
pub(super) fn vectorized<R>(loops: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    {
        use pulp::Simd;
        use pulp::x86::{V3, V4};

        if let Some(avx512) = V4::try_new() {
            return Simd::vectorize(avx512, loops);
        }
        if let Some(avx2) = V3::try_new() {
            return Simd::vectorize(avx2, loops);
        }
    }
    loops()
}

/// Compute `a * b + c`, with one rounding if the processor has an instruction for it.
#[inline(always)]
fn multiply_add(a: f32, b: f32, c: f32) -> f32 {
    if cfg!(target_arch = "wasm32") {
        a * b + c
    } else {
        a.mul_add(b, c)
    }
}

/// Compute a polynomial; the coefficients start with the highest power.
#[inline(always)]
fn polynomial<const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    let mut sum = coefficients[0];
    for coefficient in &coefficients[1..] {
        sum = multiply_add(sum, x, *coefficient);
    }
    sum
}

/// Adding this to a number leaves the nearest whole number in the lowest bits.
pub(super) const ROUNDER: f32 = 12_582_912.0; // 1.5 · 2^23

/// Compute `e^x` with a relative error below 3e-7. `x` is clamped to −87 and 88.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;

    let x = x.clamp(-87.0, 88.0);
    let shifted = multiply_add(x, LOG2_E, ROUNDER);
    let whole = shifted - ROUNDER;
    let rest = multiply_add(whole, -LN_2_LOW, multiply_add(whole, -LN_2_HIGH, x));
    // As `expf` of Cephes.
    let series = polynomial(
        rest,
        [
            1.987_569_1e-4,
            1.398_199_9e-3,
            8.333_452e-3,
            4.166_579_6e-2,
            1.666_666_5e-1,
            0.5,
        ],
    );
    let fraction = multiply_add(series, rest * rest, rest + 1.0);
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(1.0_f32.to_bits()));
    fraction * power
}

/// Compute `1 / (1 + e^−x)` with a relative error below 5e-7.
#[inline(always)]
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// Compute the hyperbolic tangent within 3e-7: a ratio of polynomials, as in Eigen.
#[inline(always)]
pub(super) fn tanh(x: f32) -> f32 {
    let x = x.clamp(-7.905_311, 7.905_311);
    let square = x * x;
    let above = polynomial(
        square,
        [
            -2.760_768_5e-16,
            2.000_188e-13,
            -8.604_672e-11,
            5.122_297e-8,
            1.485_722_4e-5,
            6.372_619_3e-4,
            4.893_524_6e-3,
        ],
    );
    let below = polynomial(
        square,
        [1.198_258_4e-6, 1.185_347e-4, 2.268_434_6e-3, 4.893_525e-3],
    );
    x * above / below
}

/// Compute the error function within 5e-7: a ratio of polynomials, as in Eigen.
#[inline(always)]
fn erf(x: f32) -> f32 {
    let x = x.clamp(-4.0, 4.0);
    let square = x * x;
    let above = polynomial(
        square,
        [
            -2.726_142_4e-10,
            2.770_681_5e-8,
            -2.101_024e-6,
            -5.692_506_4e-5,
            -7.349_906_4e-4,
            -2.954_6e-3,
            -1.609_603_3e-2,
        ],
    );
    let below = polynomial(
        square,
        [
            -1.456_607_2e-5,
            -2.133_740_6e-4,
            -1.682_827e-3,
            -7.373_329_3e-3,
            -1.426_474e-2,
        ],
    );
    x * above / below
}

/// Compute `x · Φ(x)`, with the standard normal distribution Φ.
#[inline(always)]
pub(super) fn gelu(x: f32) -> f32 {
    // Below −6, the error of `erf` times x would show.
    0.5 * x.max(-6.0) * (1.0 + erf(x * FRAC_1_SQRT_2))
}

/// Compute the derivative of [`gelu`]: `Φ(x) + x · φ(x)`.
#[inline(always)]
pub(super) fn gelu_derivative(x: f32) -> f32 {
    const DENSITY_AT_0: f32 = 0.398_942_3;
    let distribution = 0.5 * (1.0 + erf(x * FRAC_1_SQRT_2));
    multiply_add(x, DENSITY_AT_0 * exp(-0.5 * x * x), distribution)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(from: f32, to: f32) -> impl Iterator<Item = f32> {
        (0..=20_000).map(move |step| from + (to - from) * step as f32 / 20_000.0)
    }

    #[test]
    fn exp_is_the_exponential() {
        for x in values(-86.9, 88.0) {
            let expected = f64::from(x).exp();
            let error = (f64::from(exp(x)) / expected - 1.0).abs();
            assert!(error < 3e-7, "exp({x}) is off by {error}");
        }
        assert!(exp(f32::NEG_INFINITY) < 1e-37);
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(f32::NAN).is_nan());
    }

    #[test]
    fn gates_are_sigmoid_and_tanh() {
        for x in values(-80.0, 80.0) {
            let wide = f64::from(x);
            let expected = 1.0 / (1.0 + (-wide).exp());
            let error = (f64::from(sigmoid(x)) / expected - 1.0).abs();
            assert!(error < 5e-7, "sigmoid({x}) is off by {error}");
            let error = (f64::from(tanh(x)) - wide.tanh()).abs();
            assert!(error < 3e-7, "tanh({x}) is off by {error}");
        }
        for x in values(-1e-2, 1e-2) {
            assert!((tanh(x) - x.tanh()).abs() <= 1e-6 * x.abs());
        }
        assert!(sigmoid(f32::NAN).is_nan() && tanh(f32::NAN).is_nan());
        assert_eq!(sigmoid(f32::INFINITY), 1.0);
        assert!((1.0 - tanh(f32::INFINITY)).abs() < 3e-7);
    }

    /// The integral of the normal density by Simpson's rule.
    fn distribution(x: f64) -> f64 {
        let density = |t: f64| (-0.5 * t * t).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let steps = 2_000;
        let width = x / f64::from(steps);
        let sum: f64 = (0..steps)
            .map(|step| {
                let left = f64::from(step) * width;
                density(left) + 4.0 * density(left + width / 2.0) + density(left + width)
            })
            .sum();
        0.5 + sum * width / 6.0
    }

    #[test]
    fn gelu_is_exact() {
        for x in values(-10.0, 10.0).step_by(40) {
            let wide = f64::from(x);
            let cumulated = distribution(wide);
            let error = (f64::from(gelu(x)) - wide * cumulated).abs();
            assert!(error < 1e-6, "gelu({x}) is off by {error}");
            let density = (-0.5 * wide * wide).exp() / (2.0 * std::f64::consts::PI).sqrt();
            let error = (f64::from(gelu_derivative(x)) - cumulated - wide * density).abs();
            assert!(error < 1e-6, "gelu'({x}) is off by {error}");
        }
        assert!(gelu(-1e6).abs() < 1e-6);
        assert!((gelu(1e6) - 1e6).abs() < 1.0);
        assert!(gelu(f32::NAN).is_nan());
    }
}
