//! The learning rate over the steps and epochs of a training.

use serde::{Deserialize, Serialize};

use crate::recipe::{PlateauConfig, ScheduleConfig};

/// Smallest reduction of the validation loss that is an improvement (Keras' `min_delta`).
const MIN_DELTA: f64 = 1e-4;

/// Reduces the learning rate when the validation loss stagnates, as Keras' `ReduceLROnPlateau`
/// does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Plateau {
    pub(super) learning_rate: f64,
    best_loss: Option<f64>,
    waited: usize,
}

impl Plateau {
    pub(super) fn new(learning_rate: f64) -> Self {
        Self {
            learning_rate,
            best_loss: None,
            waited: 0,
        }
    }

    /// Reduce the learning rate if the validation loss stagnates.
    pub(super) fn observe(&mut self, loss: f64, config: &PlateauConfig) {
        if self.best_loss.is_none_or(|best| loss < best - MIN_DELTA) {
            self.best_loss = Some(loss);
            self.waited = 0;
            return;
        }
        self.waited += 1;
        if self.waited >= config.patience {
            self.waited = 0;
            self.learning_rate = (self.learning_rate * config.factor).max(config.min_learning_rate);
        }
    }
}

/// Return the factor of the learning rate in step `step` of `steps`, counted from 0.
pub(super) fn share_of_rate(config: &ScheduleConfig, step: usize, steps: usize) -> f64 {
    let done = (step + 1) as f64 / steps.max(1) as f64;
    if done < config.warmup {
        return done / config.warmup;
    }
    if !config.cosine {
        return 1.0;
    }
    let left = (step as f64 / steps.max(1) as f64 - config.warmup).max(0.0) / (1.0 - config.warmup);
    0.5 * (1.0 + (std::f64::consts::PI * left).cos())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_rises_in_the_warm_up_and_falls_along_a_cosine() {
        let config = ScheduleConfig {
            warmup: 0.2,
            cosine: true,
        };
        let shares: Vec<f64> = (0..10)
            .map(|step| share_of_rate(&config, step, 10))
            .collect();
        assert!((shares[0] - 0.5).abs() < 1e-9, "{shares:?}");
        let peak = shares.iter().copied().fold(0.0, f64::max);
        assert!(peak > 0.98 && peak <= 1.0, "{shares:?}");
        assert!(shares[2..].windows(2).all(|pair| pair[1] < pair[0]));
        assert!(shares[9] > 0.0 && shares[9] < 0.1, "{shares:?}");
        let constant = ScheduleConfig::default();
        assert_eq!(share_of_rate(&constant, 0, 10), 1.0);
        assert_eq!(share_of_rate(&constant, 9, 10), 1.0);
    }

    const CONFIG: PlateauConfig = PlateauConfig {
        factor: 0.5,
        patience: 2,
        min_learning_rate: 0.3,
    };

    #[test]
    fn the_rate_is_halved_after_as_many_epochs_without_improvement_as_patience() {
        let mut plateau = Plateau::new(1.0);
        let rates: Vec<f64> = [5.0, 4.0, 4.0, 4.5, 3.0, 3.0, 3.0, 3.0, 3.0]
            .into_iter()
            .map(|loss| {
                plateau.observe(loss, &CONFIG);
                plateau.learning_rate
            })
            .collect();
        assert_eq!(rates, [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.3, 0.3, 0.3]);
    }

    #[test]
    fn a_reduction_below_the_minimum_is_no_improvement() {
        let mut plateau = Plateau::new(1.0);
        for loss in [1.0, 1.0 - MIN_DELTA / 2.0, 1.0 - MIN_DELTA / 1.5] {
            plateau.observe(loss, &CONFIG);
        }
        assert_eq!(plateau.learning_rate, 0.5);
    }
}
