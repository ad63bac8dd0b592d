//! A measure in words.

use undertone_corpus::Emotion;
use undertone_figures::words::{sentence, signed, with_unit};

use crate::exploration::Exploration;
use crate::metrics::{Difference, Metric};

impl Metric {
    /// Return title and unit, for an axis.
    pub(crate) fn label(&self) -> String {
        format!("{} ({})", self.title.to_lowercase(), self.unit)
    }

    /// Return a value with its unit.
    pub(crate) fn with_unit(&self, value: f64) -> String {
        with_unit(value, self.decimals, self.unit)
    }

    /// Say which emotions have the highest and the lowest median, and how far they are from
    /// neutral.
    pub(crate) fn sentence(&self, exploration: &Exploration<'_>) -> String {
        let ranking = self.ranking(exploration);
        let name = self.title.to_lowercase();
        let (Some((top, high)), Some((bottom, low))) = (ranking.first(), ranking.last()) else {
            return format!("No clip has a value for {name}.");
        };
        if top == bottom {
            return format!(
                "The median of {name} is {}. There is one emotion only, so there is nothing to \
                 compare.",
                self.with_unit(high.median)
            );
        }
        if self.with_unit(high.median) == self.with_unit(low.median) {
            return format!(
                "All emotions have the same median of {name}: {}.",
                self.with_unit(high.median)
            );
        }
        let neutral = ranking
            .iter()
            .find(|(emotion, _)| *emotion == Emotion::Neutral)
            .map(|(_, spread)| spread.median);
        let beside_neutral = |emotion: Emotion, value: f64| match neutral {
            Some(reference) if emotion != Emotion::Neutral => {
                format!(" ({} neutral)", self.compared(value, reference))
            }
            _ => String::new(),
        };
        let found = format!(
            "{top} is the {}, with a median of {}{}; {bottom} is the {}, with {}{}.",
            self.most,
            self.with_unit(high.median),
            beside_neutral(*top, high.median),
            self.least,
            self.with_unit(low.median),
            beside_neutral(*bottom, low.median)
        );
        sentence(&found)
    }

    /// Compare a value with a reference: "+3.0 dB against".
    fn compared(&self, value: f64, reference: f64) -> String {
        let (amount, unit) = match self.difference {
            Difference::Absolute(unit) => (signed(value - reference, 1), unit),
            Difference::Percent => (signed(100.0 * (value / reference - 1.0), 0), "%"),
            Difference::Semitones => (signed(12.0 * (value / reference).log2(), 1), "semitones"),
        };
        format!("{amount}\u{a0}{unit} against")
    }
}
