//! The numbers of a step of Adam.

/// The share of the first moment that a step keeps.
pub(super) const BETA_1: f32 = 0.9;

/// The share of the second moment that a step keeps.
pub(super) const BETA_2: f32 = 0.999;

/// The numbers of a step of Adam, with the usual decay of the moments (0.9 and 0.999).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamRates {
    pub(super) learning_rate: f32,
    /// The factor of the first moment that makes up for its start at zero.
    pub(super) correction: f32,
    pub(super) epsilon: f32,
    pub(super) penalty: f32,
    /// The factor of the parameter.
    pub(super) kept: f32,
}

impl AdamRates {
    /// Return the numbers of step `time`, counted from 1. `epsilon` is added to the root of the
    /// second moment.
    ///
    /// # Panics
    /// If `time` is 0: no step has been taken then, and the moments cannot be corrected.
    pub fn new(time: usize, learning_rate: f64, epsilon: f32) -> Self {
        assert!(time > 0, "steps of Adam are counted from 1");
        let power = |beta: f32| 1.0 - beta.powi(i32::try_from(time).unwrap_or(i32::MAX));
        let root = power(BETA_2).sqrt();
        Self {
            learning_rate: learning_rate as f32,
            correction: root / power(BETA_1),
            epsilon: epsilon * root,
            penalty: 0.0,
            kept: 1.0,
        }
    }

    /// Add the parameter times `penalty` to its gradient: an L2 penalty of half as much.
    #[must_use]
    pub fn with_penalty(mut self, penalty: f32) -> Self {
        self.penalty = penalty;
        self
    }

    /// Take off the learning rate times `decay` of the parameter, as AdamW does.
    #[must_use]
    pub fn with_decay(mut self, decay: f32) -> Self {
        self.kept = (1.0 - f64::from(self.learning_rate) * f64::from(decay)) as f32;
        self
    }

    /// Return one value and its moments after the step.
    #[inline(always)]
    pub(super) fn step(self, parameter: f32, gradient: f32, moments: [f32; 2]) -> [f32; 3] {
        let gradient = parameter * self.penalty + gradient;
        let first = moments[0] * BETA_1 + gradient * (1.0 - BETA_1);
        let second = moments[1] * BETA_2 + gradient * gradient * (1.0 - BETA_2);
        let update = first * self.correction / (second.sqrt() + self.epsilon);
        let parameter = parameter * self.kept - update * self.learning_rate;
        [parameter, first, second]
    }
}
