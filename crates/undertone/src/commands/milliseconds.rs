//! Times in JSON.

/// Round seconds to milliseconds.
pub(super) fn to_milliseconds(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
