//! Checks of options.

use std::fmt::Debug;

use super::error::EncoderConfigError;

/// No width may be larger.
pub(super) const LARGEST_WIDTH: usize = 65_536;
/// No kernel or stride may be larger.
pub(super) const LARGEST_KERNEL: usize = 4096;
/// No number of layers may be larger.
pub(super) const MOST_LAYERS: usize = 512;

/// Return an error about an option of `config.json` unless `holds`.
pub(super) fn require(
    holds: bool,
    option: &'static str,
    found: &dyn Debug,
    expected: impl Into<String>,
) -> Result<(), EncoderConfigError> {
    require_in("config.json", holds, option, found, expected)
}

/// Return an error about an option of a file unless `holds`.
pub(super) fn require_in(
    file: &'static str,
    holds: bool,
    option: &'static str,
    found: &dyn Debug,
    expected: impl Into<String>,
) -> Result<(), EncoderConfigError> {
    if holds {
        return Ok(());
    }
    Err(EncoderConfigError::Option {
        file,
        option,
        found: format!("{found:?}"),
        expected: expected.into(),
    })
}

/// Check that every size is at least 1 and at most its limit.
pub(super) fn sizes(options: &[(&'static str, usize, usize)]) -> Result<(), EncoderConfigError> {
    options.iter().try_for_each(|(option, size, largest)| {
        let expected = format!("1 to {largest}");
        require((1..=*largest).contains(size), option, size, expected)
    })
}

/// Check that every dropout is at least 0 and below 1.
pub(super) fn shares(options: &[(&'static str, f64)]) -> Result<(), EncoderConfigError> {
    options.iter().try_for_each(|(option, share)| {
        let holds = (0.0..1.0).contains(share);
        require(holds, option, share, "at least 0 and below 1")
    })
}

/// Check that one size divides another.
pub(super) fn divides(
    (option, divisor): (&'static str, usize),
    (whole_option, whole): (&'static str, usize),
) -> Result<(), EncoderConfigError> {
    let expected = format!("a divisor of `{whole_option}`, {whole}");
    require(whole.is_multiple_of(divisor), option, &divisor, expected)
}

/// Check that the activation is the supported one.
pub(super) fn gelu(option: &'static str, found: &str) -> Result<(), EncoderConfigError> {
    require(found == "gelu", option, &found, "\"gelu\"")
}
