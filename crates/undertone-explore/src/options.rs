//! The options of an exploration.

use std::path::PathBuf;

use undertone_audio::{DecodeOptions, TrimConfig};
use undertone_corpus::{BalanceStep, Emotion, LabelScheme};

use crate::measure::Trimming;

/// The options of an exploration.
#[derive(Debug, Clone, PartialEq)]
pub struct ExploreOptions {
    /// The classes that emotions are mapped to.
    pub scheme: LabelScheme,
    /// The trimming.
    pub trimming: Trimming,
    /// The steps of balancing, in order.
    pub balance: Vec<BalanceStep>,
    /// The longest recording that is read, in seconds. Longer ones count as unreadable.
    pub max_seconds: f64,
    /// The seed for balancing and for the choice of shown clips.
    pub seed: u64,
    /// Clips to show. Each replaces the clip of its emotion and gender that the seed would choose.
    pub show: Vec<PathBuf>,
    /// The name of the corpus on the page. The default is the name of its folder.
    pub name: Option<String>,
}

impl Default for ExploreOptions {
    /// The options of the study that RAVDESS results are often compared with: trim at 20 dB at the
    /// clip's own rate, repeat neutral clips until there are as many as calm clips, then reduce all
    /// labels to the size of the smallest.
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
            max_seconds: DecodeOptions::default().max_seconds,
            seed: 1,
            show: Vec::new(),
            name: None,
        }
    }
}

impl ExploreOptions {
    /// Return what recordings may be.
    pub(crate) fn decoding(&self) -> DecodeOptions {
        DecodeOptions {
            max_seconds: self.max_seconds,
        }
    }
}
