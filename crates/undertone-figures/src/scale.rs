//! Mapping values to positions on an axis, and round numbers for its ticks.

/// A mapping of values to positions from 0 (left, bottom) to 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scale {
    /// Linear. With `whole`, ticks are integers.
    Linear { low: f64, high: f64, whole: bool },
    /// Logarithmic. Both bounds are positive.
    Log { low: f64, high: f64 },
    /// Frequencies in Hz on Slaney's mel scale, librosa's default.
    Mel { low: f64, high: f64 },
}

/// A value and its label.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    pub(crate) value: f64,
    pub(crate) label: String,
}

/// Return the lowest and the highest finite value.
pub(crate) fn bounds(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values
        .into_iter()
        .filter(|value| value.is_finite())
        .fold(None, |bounds, value| match bounds {
            None => Some((value, value)),
            Some((low, high)) => Some((value.min(low), value.max(high))),
        })
}

impl Scale {
    /// Return a scale from the next round number below `low` to the next above `high`.
    pub(crate) fn round(low: f64, high: f64) -> Self {
        let (low, high) = if high - low > 1e-12 * high.abs().max(low.abs()) {
            (low, high)
        } else {
            let margin = if low == 0.0 { 1.0 } else { 0.1 * low.abs() };
            (low - margin, high + margin)
        };
        let step = step((high - low) / 12.0);
        Self::Linear {
            low: (low / step + 1e-9).floor() * step,
            high: (high / step - 1e-9).ceil() * step,
            whole: false,
        }
    }

    /// Return a scale that includes zero and ends at round numbers.
    pub(crate) fn from_zero(values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = bounds(values).unwrap_or((0.0, 1.0));
        let high = if low >= 0.0 && high <= 0.0 { 1.0 } else { high };
        Self::round(low.min(0.0), high.max(0.0))
    }

    /// Return a scale like [`Self::from_zero`] with integer ticks.
    pub(crate) fn counts(values: impl IntoIterator<Item = f64>) -> Self {
        match Self::from_zero(values) {
            Self::Linear { low, high, .. } => Self::Linear {
                low: low.floor(),
                high: high.ceil(),
                whole: true,
            },
            other => other,
        }
    }

    /// Return a scale with exactly these bounds.
    pub(crate) fn exact(low: f64, high: f64) -> Self {
        if high > low {
            Self::Linear {
                low,
                high,
                whole: false,
            }
        } else {
            Self::round(low, low)
        }
    }

    /// Return a logarithmic scale around the positive values.
    pub(crate) fn log(values: impl IntoIterator<Item = f64>) -> Self {
        let positive = values.into_iter().filter(|value| *value > 0.0);
        let (low, high) = bounds(positive).unwrap_or((0.1, 1.0));
        if high / low < 4.0 {
            Self::Log {
                low: low / 2.0,
                high: high * 2.0,
            }
        } else {
            Self::Log {
                low: low / 1.2,
                high: high * 1.2,
            }
        }
    }

    /// Return the position of a value: 0 to 1 within the bounds.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let (low, high, value) = match *self {
            Self::Linear { low, high, .. } => (low, high, value),
            Self::Log { low, high } => (low.ln(), high.ln(), value.ln()),
            Self::Mel { low, high } => (mel(low), mel(high), mel(value)),
        };
        (value - low) / (high - low)
    }

    /// Return ticks like [`Self::ticks`], but at least two if possible: an axis with one tick
    /// cannot be read.
    pub(crate) fn several_ticks(&self, wanted: usize) -> Vec<Tick> {
        (wanted..=2 * wanted + 1)
            .map(|wanted| self.ticks(wanted))
            .find(|ticks| ticks.len() > 1)
            .unwrap_or_else(|| self.ticks(wanted))
    }

    /// Return about `wanted` round values within the bounds.
    pub(crate) fn ticks(&self, wanted: usize) -> Vec<Tick> {
        let wanted = wanted.max(1);
        match *self {
            Self::Linear { low, high, whole } => linear_ticks(low, high, whole, wanted),
            Self::Log { low, high } => log_ticks(low, high, wanted),
            Self::Mel { low, high } => {
                let hertz = [
                    0.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 2048.0, 4096.0, 8192.0, 16384.0,
                ];
                let inside: Vec<f64> = hertz
                    .into_iter()
                    .filter(|value| (low..=high).contains(value))
                    .collect();
                // These labels are short, so that more of them fit than were asked for.
                let gap = 0.5 / wanted as f64;
                let mut kept: Vec<f64> = Vec::new();
                for value in inside.into_iter().rev() {
                    if kept
                        .last()
                        .is_none_or(|last| self.at(*last) - self.at(value) >= gap)
                    {
                        kept.push(value);
                    }
                }
                kept.into_iter()
                    .rev()
                    .map(|value| Tick {
                        value,
                        label: value.to_string(),
                    })
                    .collect()
            }
        }
    }
}

/// Slaney's mel scale (Auditory Toolbox, 1998; librosa's `hz_to_mel` with `htk=False`).
fn mel(hertz: f64) -> f64 {
    if hertz < 1000.0 {
        3.0 * hertz / 200.0
    } else {
        15.0 + 27.0 * (hertz / 1000.0).ln() / 6.4_f64.ln()
    }
}

/// Return 1, 2 or 5 times a power of ten that is at least `least`.
fn step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    let step = [1.0, 2.0, 5.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(10.0 * power);
    if step.is_finite() && step > 0.0 {
        step
    } else {
        f64::MIN_POSITIVE
    }
}

fn linear_ticks(low: f64, high: f64, whole: bool, wanted: usize) -> Vec<Tick> {
    let mut step = step((high - low) / wanted as f64);
    if whole {
        step = step.max(1.0);
    }
    let decimals = (-step.log10().floor()).max(0.0);
    let first = (low / step - 1e-9).ceil();
    let count = ((high / step + 1e-9).floor() - first).clamp(0.0, 1000.0);
    (0..=count as usize)
        .map(|index| {
            let value = (first + index as f64) * step;
            Tick {
                value,
                label: written(value, decimals as usize),
            }
        })
        .collect()
}

fn log_ticks(low: f64, high: f64, wanted: usize) -> Vec<Tick> {
    let powers = low.log10().floor() as i32..=high.log10().ceil() as i32;
    let among = |factors: &[f64]| -> Vec<f64> {
        powers
            .clone()
            .flat_map(|power| {
                factors
                    .iter()
                    .map(move |factor| factor * 10_f64.powi(power))
            })
            .filter(|value| (low..=high).contains(value))
            .collect()
    };
    let mut values = among(&[1.0]);
    for finer in [&[1.0, 3.0][..], &[1.0, 2.0, 5.0]] {
        if values.len() < 2 {
            values = among(finer);
        }
    }
    let stride = values.len().div_ceil(wanted).max(1);
    values
        .into_iter()
        .step_by(stride)
        .map(|value| Tick {
            value,
            label: written(value, 0),
        })
        .collect()
}

/// Format a number for an axis, with a real minus sign, and in scientific notation if it is very
/// large or very small.
pub(crate) fn written(value: f64, decimals: usize) -> String {
    let text = if value != 0.0 && (value.abs() >= 1e6 || value.abs() < 1e-3) {
        let text = format!("{value:.2e}");
        match text.split_once('e') {
            Some((digits, power)) => {
                let digits = digits.trim_end_matches('0').trim_end_matches('.');
                format!("{digits}e{power}")
            }
            None => text,
        }
    } else if decimals == 0 && value.fract() != 0.0 {
        let text = format!("{value:.4}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        format!("{value:.decimals$}")
    };
    let negative_zero = text.starts_with('-') && text.chars().all(|c| "-0.".contains(c));
    let text = if negative_zero {
        text.trim_start_matches('-').to_owned()
    } else {
        text
    };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::{Scale, written};

    fn labels(scale: &Scale, wanted: usize) -> Vec<String> {
        scale
            .ticks(wanted)
            .into_iter()
            .map(|tick| tick.label)
            .collect()
    }

    #[test]
    fn bounds_that_fit_no_step_still_have_two_ticks() {
        let scale = Scale::round(-0.0344, 0.0344);
        assert_eq!(scale.ticks(3).len(), 1);
        assert!(scale.several_ticks(3).len() > 1);
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(
            labels(&Scale::from_zero([0.0, 0.93]), 5),
            ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(labels(&Scale::counts([3.0]), 6), ["0", "1", "2", "3"]);
        assert_eq!(
            labels(&Scale::exact(-80.0, 0.0), 4),
            ["−80", "−60", "−40", "−20", "0"]
        );
        assert_eq!(
            labels(&Scale::log([1e-5, 1e-2]), 6),
            ["1e−5", "1e−4", "0.001", "0.01"]
        );
        assert_eq!(
            labels(
                &Scale::Mel {
                    low: 0.0,
                    high: 8000.0
                },
                20
            )
            .last()
            .unwrap(),
            "4096"
        );
    }

    #[test]
    fn one_value_has_room_around_it() {
        for value in [0.0, 5.0, -3.0, 1e300, 1e-300] {
            let scale = Scale::round(value, value);
            assert!((0.0..=1.0).contains(&scale.at(value)), "{value}: {scale:?}");
            assert!(!scale.ticks(5).is_empty(), "{value}");
        }
    }

    #[test]
    fn numbers_are_written_short() {
        assert_eq!(written(-0.0, 1), "0.0");
        assert_eq!(written(0.000_25, 0), "2.5e−4");
        assert_eq!(written(-1.5, 1), "−1.5");
        assert_eq!(written(2_500_000.0, 0), "2.5e6");
    }
}
