//! Figures with made-up data, for the tests and the gallery.

mod common;
mod nasty;

use undertone_corpus::LABEL_COLORS;
use undertone_figures::Frame;

pub(crate) use common::common;
pub(crate) use nasty::nasty;

/// Numbers between 0 and 1 that look random and are always the same.
pub(crate) fn noise(count: usize) -> Vec<f64> {
    (1..=count)
        .map(|index| (index as f64 * 12.9898).sin() * 43_758.545_3)
        .map(|value| value - value.floor())
        .collect()
}

/// Names as strings.
pub(crate) fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A frame with the colors of emotions and labels.
pub(crate) fn frame(title: impl Into<String>) -> Frame {
    Frame::new(title).colored(&LABEL_COLORS)
}
