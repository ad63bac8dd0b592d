//! The configuration of WavLM.

use serde::{Deserialize, Serialize};

use super::check;
use super::error::EncoderConfigError;
use super::wav2vec2::Wav2Vec2Config;

/// The sizes of WavLM: those of wav2vec 2.0, and its relative positions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WavLmConfig {
    /// What it has in common with wav2vec 2.0.
    #[serde(flatten)]
    pub sizes: Wav2Vec2Config,
    /// Number of the biases of each head, half of them for keys before the query.
    pub num_buckets: usize,
    /// The distance in steps from which on all keys share a bias.
    pub max_bucket_distance: usize,
}

impl Default for WavLmConfig {
    fn default() -> Self {
        Self {
            sizes: Wav2Vec2Config::default(),
            num_buckets: 320,
            max_bucket_distance: 800,
        }
    }
}

impl WavLmConfig {
    pub(super) fn check(&self) -> Result<(), EncoderConfigError> {
        self.sizes.check()?;
        let (buckets, distance) = (self.num_buckets, self.max_bucket_distance);
        let holds = (4..=check::LARGEST_WIDTH).contains(&buckets);
        let expected = format!("4 to {}", check::LARGEST_WIDTH);
        check::require(holds, "num_buckets", &buckets, expected)?;
        let exact = buckets / 4;
        let holds = (exact + 1..=1 << 24).contains(&distance);
        let expected = format!("more than a quarter of `num_buckets`, {exact}");
        check::require(holds, "max_bucket_distance", &distance, expected)?;
        let normed = self.sizes.feat_proj_layer_norm;
        check::require(normed, "feat_proj_layer_norm", &normed, "true")
    }
}
