//! Numbers as people read them.

/// Round to three digits after the point: seconds to milliseconds.
pub fn three_digits(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
