//! The constants of adaptation, and the rule.

use serde::{Deserialize, Serialize};

use super::voice::{Evidence, Voice, VoiceError};

/// The constants by which a model adapts to a voice. They are estimated on corpora that the heads
/// did not hear. All scores are those of the head for adaptation, less their mean over the classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdaptationConfig {
    /// The mean scores of a voice that shows every class equally often, `[classes]`.
    pub middle: Vec<f64>,
    /// The weights `G` of the spread `sᵀ G s` of scores `s` about their mean: largest where the
    /// classes differ, and scaled so that the mean spread within a speaker and a class is 1.
    /// `[classes][classes]`.
    pub spread_weights: Vec<Vec<f64>>,
    /// The spread at which the gate is half open. More than 1 is more than a single emotion has.
    pub threshold: f64,
    /// How fast the gate opens around `threshold`.
    pub slope: f64,
    /// The number of recordings that the prior of the offset counts as: an offset of zero.
    pub prior: f64,
    /// The recordings after which, with the gate open, the head for recordings alone has half of
    /// its first share, which is one half.
    pub waning: f64,
    /// The factor of the scores for a recording alone, and for one of a voice that was heard often.
    pub temperature: [f64; 2],
}

impl AdaptationConfig {
    /// Recordings after which the temperature is half way between its two values.
    pub const HALF_WAY: f64 = 3.0;

    /// Return the number of classes.
    pub fn classes(&self) -> usize {
        self.middle.len()
    }

    /// Return whether all sizes agree and all numbers are finite.
    pub(crate) fn is_valid(&self, classes: usize) -> bool {
        let rows = &self.spread_weights;
        let sizes = self.middle.len() == classes
            && rows.len() == classes
            && rows.iter().all(|row| row.len() == classes);
        let mut values = rows.iter().flatten().chain(&self.middle);
        let numbers = [self.threshold, self.slope, self.prior, self.waning];
        let mut numbers = numbers.into_iter().chain(self.temperature);
        sizes
            && values.all(|value| value.is_finite())
            && numbers.all(|number| number.is_finite() && number > 0.0)
    }

    /// Return the evidence of a recording: the scores of the head for adaptation for each of its
    /// windows with speech, and its seconds. `None` without windows.
    pub fn evidence(
        &self,
        windows: impl Iterator<Item = Vec<f64>>,
        seconds: f64,
    ) -> Option<Evidence> {
        let classes = self.classes();
        let mut sum = vec![0.0; classes];
        let mut count = 0;
        for scores in windows {
            count += 1;
            add(&mut sum, &centered(&scores));
        }
        (count > 0).then(|| Evidence {
            scores: sum.iter().map(|sum| sum / f64::from(count)).collect(),
            seconds,
        })
    }

    /// Start a profile of a voice for a model of this name.
    pub fn new_voice(&self, model: &str) -> Voice {
        Voice::new(model, self.fingerprint(), self.classes())
    }

    /// Return a hash of the constants (FNV-1a, 64 bits, hexadecimal). Heads that were fitted to
    /// other clips have others.
    pub(crate) fn fingerprint(&self) -> String {
        let values = self.spread_weights.iter().flatten().chain(&self.middle);
        let bytes = values
            .chain(&self.temperature)
            .flat_map(|value| value.to_le_bytes());
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("{hash:016x}")
    }

    /// Add a recording to the profile of its voice.
    pub fn hear(&self, voice: &mut Voice, evidence: &Evidence) {
        self.change(voice, evidence, 1.0);
    }

    /// Take a recording that was heard out of the profile, to judge it by the others.
    pub fn forget(&self, voice: &mut Voice, evidence: &Evidence) {
        self.change(voice, evidence, -1.0);
    }

    fn change(&self, voice: &mut Voice, evidence: &Evidence, sign: f64) {
        voice.change(sign, evidence, self.square(&evidence.scores));
    }

    /// Check that the model of this name can use a profile.
    ///
    /// # Errors
    /// If the profile is of another model or another version, or damaged.
    pub fn check(&self, voice: &Voice, model: &str) -> Result<(), VoiceError> {
        voice.check(model, &self.fingerprint(), self.classes())
    }

    /// Return how far the gate is open for a voice, 0 to 1: `σ(slope (v - threshold))` with the
    /// spread `v = (Σ (s_i - s̄)ᵀ G (s_i - s̄) + 1) / n` of the `n` recordings' scores `s_i`.
    ///
    /// A voice that has shown one emotion spreads little. Then its mean is mostly that emotion, and
    /// must not be taken for the voice.
    fn gate(&self, voice: &Voice) -> f64 {
        let n = f64::from(voice.recordings);
        let scatter = voice.squares - self.square(&voice.scores) / n;
        let spread = (scatter.max(0.0) + 1.0) / n;
        1.0 / (1.0 + (-self.slope * (spread - self.threshold)).exp())
    }

    /// Return the scores of a window of a voice, for a softmax. `own` are the mean of both heads'
    /// scores, for a recording alone; `adapted` those of the head for adaptation.
    ///
    /// The voice's offset is `n (s̄ - middle) / (n + prior)`. As far as the gate is open, it is
    /// subtracted from the scores of the head for adaptation.
    pub fn adapted(&self, own: &[f64], adapted: &[f64], voice: &Voice) -> Vec<f64> {
        let n = f64::from(voice.recordings);
        let (own, adapted) = (centered(own), centered(adapted));
        if voice.recordings == 0 {
            return own
                .iter()
                .map(|score| self.temperature[0] * score)
                .collect();
        }
        let open = self.gate(voice);
        let share = 0.5 * (1.0 - open * n / (n + self.waning));
        let [first, often] = self.temperature;
        let factor = first + (often - first) * n / (n + Self::HALF_WAY);
        let scores = own.iter().zip(&adapted);
        let voice = voice.scores.iter().zip(&self.middle);
        scores
            .zip(voice)
            .map(|((own, adapted), (sum, middle))| {
                let offset = open * (sum - n * middle) / (n + self.prior);
                // The head for recordings alone is 2·own - adapted.
                let alone = 2.0 * own - adapted;
                factor * ((1.0 - share) * (adapted - offset) + share * alone)
            })
            .collect()
    }

    /// Return `sᵀ G s`.
    fn square(&self, scores: &[f64]) -> f64 {
        let rows = self.spread_weights.iter().zip(scores);
        rows.map(|(row, score)| {
            let product: f64 = row.iter().zip(scores).map(|(one, other)| one * other).sum();
            score * product
        })
        .sum()
    }
}

/// Return scores less their mean.
fn centered(scores: &[f64]) -> Vec<f64> {
    let mean = scores.iter().sum::<f64>() / scores.len().max(1) as f64;
    scores.iter().map(|score| score - mean).collect()
}

fn add(sum: &mut [f64], values: &[f64]) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += value;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The mean scores of the first of three classes.
    const FIRST: [f64; 3] = [2.0, -1.0, -1.0];

    fn class(index: usize) -> [f64; 3] {
        let mut scores = FIRST;
        scores.swap(0, index);
        scores
    }

    /// Three classes whose scores have a unit covariance in the plane of zero sums.
    fn config() -> AdaptationConfig {
        let row = |class: usize| -> Vec<f64> {
            let row = (0..3).map(|other| f64::from(u8::from(other == class)) - 1.0 / 3.0);
            row.map(|value| value / 2.0).collect()
        };
        AdaptationConfig {
            middle: vec![0.0; 3],
            spread_weights: (0..3).map(row).collect(),
            threshold: 2.3,
            slope: 12.0,
            prior: 4.0,
            waning: 2.0,
            temperature: [1.0, 1.0],
        }
    }

    fn heard(config: &AdaptationConfig, scores: &[[f64; 3]]) -> Voice {
        let mut voice = config.new_voice("model");
        for scores in scores {
            let evidence = config.evidence([scores.to_vec()].into_iter(), 1.0).unwrap();
            config.hear(&mut voice, &evidence);
        }
        voice
    }

    const OFFSET: [f64; 3] = [2.0, -1.0, -1.0];

    #[test]
    fn a_voice_that_shows_all_emotions_loses_its_offset() {
        let config = config();
        let shifted = |index: usize| [0, 1, 2].map(|at| class(index)[at] + OFFSET[at]);
        let clips: Vec<[f64; 3]> = (0..60).map(|clip| shifted(clip % 3)).collect();
        let voice = heard(&config, &clips);
        for index in 0..3 {
            let scores = config.adapted(&shifted(index), &shifted(index), &voice);
            for (found, expected) in scores.iter().zip(class(index)) {
                assert!((found - expected).abs() < 0.3, "{scores:?}");
            }
        }
    }

    #[test]
    fn a_voice_with_one_emotion_keeps_it() {
        let config = config();
        let voice = heard(&config, &[class(0); 10]);
        let scores = config.adapted(&class(0), &class(0), &voice);
        for (found, expected) in scores.iter().zip(class(0)) {
            assert!((found - expected).abs() < 1e-3, "{scores:?}");
        }
    }

    #[test]
    fn nothing_heard_leaves_the_scores() {
        let config = config();
        let scores = config.adapted(&[1.0, 0.0, -1.0], &[0.0, 3.0, -3.0], &config.new_voice("m"));
        assert_eq!(scores, [1.0, 0.0, -1.0]);
    }
}
