//! What to explore, and how.

use std::path::PathBuf;

use undertone_audio::TrimConfig;
use undertone_corpus::{BalanceStep, Emotion, LabelScheme};

use crate::measure::Trimming;

/// The options of an exploration.
#[derive(Debug, Clone, PartialEq)]
pub struct ExploreOptions {
    /// The classes that emotions are mapped to.
    pub scheme: LabelScheme,
    /// What trims.
    pub trimming: Trimming,
    /// How the corpus is balanced, in order.
    pub balance: Vec<BalanceStep>,
    /// The seed of everything random: balancing, and which clips are shown.
    pub seed: u64,
    /// Clips to show instead of those that the seed chooses, each for its emotion and gender.
    pub show: Vec<PathBuf>,
    /// What the page calls the corpus; its folder's name where it has no other.
    pub name: Option<String>,
}

impl Default for ExploreOptions {
    /// As the study did whose results RAVDESS is often compared with: 20 dB at each clip's own
    /// rate, neutral repeated until it has as many clips as calm, then every label cut to the
    /// smallest.
    fn default() -> Self {
        Self {
            scheme: LabelScheme::default(),
            trimming: Trimming {
                config: TrimConfig::default(),
                sample_rate: None,
            },
            balance: vec![
                BalanceStep::Oversample {
                    emotion: Emotion::Neutral,
                    to: Emotion::Calm,
                },
                BalanceStep::Undersample,
            ],
            seed: 1,
            show: Vec::new(),
            name: None,
        }
    }
}
