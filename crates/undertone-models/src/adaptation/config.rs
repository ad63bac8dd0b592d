//! The constants of adaptation, and the rule.

use serde::{Deserialize, Serialize};

use super::voice::{Evidence, Voice, VoiceError};

/// The constants by which a model adapts to a voice. They are estimated on corpora that the heads
/// did not hear. All scores are those of the head for adaptation, less their mean over the classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdaptationConfig {
    /// The mean scores of each class, `[classes][classes]`.
    pub class_means: Vec<Vec<f64>>,
    /// The weights `G` of the spread `sᵀ G s` of scores `s` about their mean: largest where the
    /// classes differ, and scaled so that the mean spread within a speaker and a class is 1.
    /// `[classes][classes]`.
    pub spread_weights: Vec<Vec<f64>>,
    /// The spread at which the gate is half open. More than 1 is more than a single emotion has.
    pub threshold: f64,
    /// How fast the gate opens around `threshold`.
    pub slope: f64,
    /// The number of recordings that the prior of the offset counts as, with the gate open and shut.
    pub prior: [f64; 2],
    /// The share of the offset that is subtracted with the gate shut.
    pub least: f64,
    /// The factor of the scores in the probabilities by which a shut gate expects the mean.
    pub softness: f64,
    /// The share of the head for recordings alone: at first, and in the end with the gate shut.
    pub alone: [f64; 2],
    /// The recordings after which the first share is half.
    pub alone_recordings: f64,
    /// The factor of the scores for a recording alone, and for one of a voice that was heard often.
    pub temperature: [f64; 2],
}

/// Recordings after which the temperature is half way between its two values.
const HALF_WAY: f64 = 3.0;

impl AdaptationConfig {
    /// Return the number of classes.
    pub fn classes(&self) -> usize {
        self.class_means.len()
    }

    /// Return whether all sizes agree and all numbers are finite.
    pub(crate) fn is_valid(&self, classes: usize) -> bool {
        let square = |rows: &[Vec<f64>]| {
            rows.len() == classes
                && rows.iter().all(|row| row.len() == classes)
                && rows.iter().flatten().all(|value| value.is_finite())
        };
        let numbers = [
            self.threshold,
            self.slope,
            self.least,
            self.softness,
            self.alone_recordings,
        ];
        let pairs = [self.prior, self.alone, self.temperature];
        let mut numbers = numbers.into_iter().chain(pairs.into_iter().flatten());
        square(&self.class_means)
            && square(&self.spread_weights)
            && numbers.all(|number| number.is_finite() && number >= 0.0)
            && self.alone_recordings > 0.0
            && self.temperature.iter().all(|factor| *factor > 0.0)
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
        Voice::new(model, self.classes())
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
        let scores = &evidence.scores;
        let emotions = softmax(scores, self.softness);
        voice.change(sign, evidence, self.square(scores), &emotions);
    }

    /// Check that the model of this name can use a profile.
    ///
    /// # Errors
    /// If the profile is of another model or another version, or damaged.
    pub fn check(&self, voice: &Voice, model: &str) -> Result<(), VoiceError> {
        voice.check(model, self.classes())
    }

    /// Return how far the gate is open for a voice, 0 to 1: `σ(slope (v - threshold))` with the spread
    /// `v = (Σ (s_i - s̄)ᵀ G (s_i - s̄) + 1) / n` of the `n` recordings' scores `s_i`.
    ///
    /// A voice that has shown one emotion spreads little. Then its mean is mostly that emotion, and
    /// must not be taken for the voice.
    fn gate(&self, voice: &Voice) -> f64 {
        let n = f64::from(voice.recordings);
        let scatter = voice.squares - self.square(&voice.scores) / n;
        let spread = (scatter.max(0.0) + 1.0) / n;
        1.0 / (1.0 + (-self.slope * (spread - self.threshold)).exp())
    }

    /// Return the offset of a voice, to be subtracted from the scores of the head for adaptation:
    /// `(Σ s_i - n e) / (n + k) · (t + least (1 - t))` for a gate that is open by `t`.
    ///
    /// With the gate open, the mean `e` that a voice without an offset would have is the mean of the
    /// class means. With the gate shut, it is their mean weighted by the recordings' probabilities.
    fn offset(&self, voice: &Voice, open: f64) -> Vec<f64> {
        let classes = self.classes();
        let n = f64::from(voice.recordings);
        let shut = 1.0 - open;
        let prior = self.prior[0] * open + self.prior[1] * shut;
        let strength = (open + self.least * shut) / (n + prior);
        (0..classes)
            .map(|class| {
                let column = || self.class_means.iter().map(|row| row[class]);
                let middle = column().sum::<f64>() / classes as f64;
                // One recording's worth of every class.
                let explained: f64 = column()
                    .zip(&voice.emotions)
                    .map(|(mean, emotion)| mean * (emotion + 1.0 / classes as f64))
                    .sum::<f64>()
                    / (n + 1.0);
                let expected = middle + shut * (explained - middle);
                (voice.scores[class] - n * expected) * strength
            })
            .collect()
    }

    /// Return the scores of a window of a voice, for a softmax. `own` are the mean of both heads'
    /// scores, for a recording alone; `adapted` those of the head for adaptation.
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
        let offset = self.offset(voice, open);
        let waning = self.alone_recordings / (n + self.alone_recordings);
        let share = self.alone[0] * waning + self.alone[1] * (1.0 - open) * (1.0 - waning);
        let [first, often] = self.temperature;
        let factor = first + (often - first) * n / (n + HALF_WAY);
        own.iter()
            .zip(&adapted)
            .zip(&offset)
            .map(|((own, adapted), offset)| {
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

fn softmax(scores: &[f64], factor: f64) -> Vec<f64> {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exps: Vec<f64> = scores
        .iter()
        .map(|score| (factor * (score - most)).exp())
        .collect();
    let sum: f64 = exps.iter().sum();
    exps.iter().map(|exp| exp / sum).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Three classes whose scores have a unit covariance in the plane of zero sums.
    fn config() -> AdaptationConfig {
        let third = 1.0 / 3.0;
        let row = |class: usize| -> Vec<f64> {
            (0..3)
                .map(|other| f64::from(u8::from(other == class)) - third)
                .collect()
        };
        AdaptationConfig {
            class_means: (0..3)
                .map(|class| row(class).iter().map(|it| 3.0 * it).collect())
                .collect(),
            spread_weights: (0..3)
                .map(|class| row(class).iter().map(|it| it / 2.0).collect())
                .collect(),
            threshold: 1.9,
            slope: 12.0,
            prior: [2.5, 1.0],
            least: 0.12,
            softness: 0.5,
            alone: [0.5, 0.4],
            alone_recordings: 1.5,
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
    fn a_voice_that_shows_all_emotions_tells_its_offset() {
        let config = config();
        let shifted: Vec<[f64; 3]> = (0..30)
            .map(|index| {
                let class = &config.class_means[index % 3];
                [0, 1, 2].map(|at| class[at] + OFFSET[at])
            })
            .collect();
        let voice = heard(&config, &shifted);
        let offset = config.offset(&voice, config.gate(&voice));
        for (found, expected) in offset.iter().zip(OFFSET) {
            assert!((found - expected).abs() < 0.2, "{offset:?}");
        }
    }

    #[test]
    fn a_voice_with_one_emotion_keeps_it() {
        let config = config();
        let class: [f64; 3] = [0, 1, 2].map(|at| config.class_means[0][at]);
        let voice = heard(&config, &[class; 10]);
        let offset = config.offset(&voice, config.gate(&voice));
        assert!(offset.iter().all(|value| value.abs() < 0.1), "{offset:?}");
        let scores = config.adapted(&class, &class, &voice);
        assert!(scores[0] > scores[1] + 2.0, "{scores:?}");
    }

    #[test]
    fn nothing_heard_leaves_the_scores() {
        let config = config();
        let scores = config.adapted(&[1.0, 0.0, -1.0], &[0.0, 3.0, -3.0], &config.new_voice("m"));
        assert_eq!(scores, [1.0, 0.0, -1.0]);
    }
}
