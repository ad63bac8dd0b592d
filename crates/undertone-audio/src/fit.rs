//! The length of clips: padding with zeros, cutting, and windows.

use std::fmt;
use std::ops::Range;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// The length that every clip is cut or padded to: a fixed time, or a statistic of the corpus.
///
/// In a recipe it is a number of seconds or one of `"mean"`, `"p95"`, `"max"`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FitLength {
    /// This many seconds.
    Seconds(f64),
    /// The mean duration of the corpus.
    Mean,
    /// The 95th percentile of the corpus's durations, interpolated linearly as numpy does.
    P95,
    /// The longest duration of the corpus.
    Max,
}

impl Default for FitLength {
    /// Two seconds.
    fn default() -> Self {
        Self::Seconds(2.0)
    }
}

impl Serialize for FitLength {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Seconds(seconds) => serializer.serialize_f64(*seconds),
            Self::Mean => serializer.serialize_str("mean"),
            Self::P95 => serializer.serialize_str("p95"),
            Self::Max => serializer.serialize_str("max"),
        }
    }
}

impl<'de> Deserialize<'de> for FitLength {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FitLengthVisitor)
    }
}

struct FitLengthVisitor;

impl Visitor<'_> for FitLengthVisitor {
    type Value = FitLength;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a positive number of seconds, \"mean\", \"p95\" or \"max\"")
    }

    fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<FitLength, E> {
        if seconds.is_finite() && seconds > 0.0 {
            Ok(FitLength::Seconds(seconds))
        } else {
            Err(E::invalid_value(de::Unexpected::Float(seconds), &self))
        }
    }

    fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<FitLength, E> {
        self.visit_f64(seconds as f64)
    }

    fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<FitLength, E> {
        self.visit_f64(seconds as f64)
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<FitLength, E> {
        match name {
            "mean" => Ok(FitLength::Mean),
            "p95" => Ok(FitLength::P95),
            "max" => Ok(FitLength::Max),
            other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
        }
    }
}

/// Return the first `len` samples, padded with zeros where there are fewer, as
/// `librosa.util.fix_length` does.
///
/// ```
/// assert_eq!(undertone_audio::fit(&[1.0, 2.0, 3.0], 2), [1.0, 2.0]);
/// assert_eq!(undertone_audio::fit(&[1.0], 3), [1.0, 0.0, 0.0]);
/// ```
pub fn fit(samples: &[f32], len: usize) -> Vec<f32> {
    let mut fitted = Vec::with_capacity(len);
    fitted.extend_from_slice(&samples[..samples.len().min(len)]);
    fitted.resize(len, 0.0);
    fitted
}

/// Cut `len` samples into windows of `window` samples. See
/// [`FrontEnd::windows`](crate::FrontEnd::windows).
pub(crate) fn windows(len: usize, window: usize, overlap: f64) -> Vec<Range<usize>> {
    if len <= window {
        return std::iter::once(0..len).collect();
    }
    // `max` turns a NaN into 0.
    let advance = 1.0 - overlap.max(0.0).clamp(0.0, 0.95);
    let hop = ((window as f64 * advance).round() as usize).max(1);
    let last = len - window;
    (0..last)
        .step_by(hop)
        .chain([last])
        .map(|start| start..start + window)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_a_number_or_a_name() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Recipe {
            length: FitLength,
        }
        for (text, length) in [
            ("length = 2.5\n", FitLength::Seconds(2.5)),
            ("length = 3\n", FitLength::Seconds(3.0)),
            ("length = \"p95\"\n", FitLength::P95),
            ("length = \"mean\"\n", FitLength::Mean),
            ("length = \"max\"\n", FitLength::Max),
        ] {
            let recipe: Recipe = toml::from_str(text).unwrap();
            assert_eq!(recipe, Recipe { length });
            let again = toml::from_str(&toml::to_string(&recipe).unwrap()).unwrap();
            assert_eq!(recipe, again);
        }
        for text in [
            "length = \"median\"",
            "length = -1",
            "length = 0.0",
            "length = true",
        ] {
            assert!(toml::from_str::<Recipe>(text).is_err(), "{text}");
        }
    }
}
