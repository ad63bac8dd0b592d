//! The Kaiser window and the sinc, from which low-pass filters are made.

use std::f64::consts::PI;

/// Return the number of taps of a filter with a stop band `attenuation` dB down and a transition of
/// `transition` radians per sample, by Kaiser's estimate.
pub(crate) fn filter_length(attenuation: f64, transition: f64) -> f64 {
    (attenuation - 7.95) / (2.285 * transition)
}

/// Return the shape parameter of the window for a stop band `attenuation` (at least 50) dB down.
pub(crate) fn beta(attenuation: f64) -> f64 {
    0.1102 * (attenuation - 8.7)
}

/// Return the window at `position`, from 0 in the center to 1 beyond the last tap. It is not
/// normalized.
pub(crate) fn window(beta: f64, position: f64) -> f64 {
    bessel_i0(beta * (1.0 - position * position).sqrt())
}

pub(crate) fn sinc(x: f64) -> f64 {
    if x == 0.0 {
        1.0
    } else {
        (PI * x).sin() / (PI * x)
    }
}

/// Compute the modified Bessel function of the first kind, order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..200 {
        term *= quarter / f64::from(k * k);
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}
