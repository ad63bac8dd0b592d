//! From the outputs of a network to predictions for a voice.
//!
//! The outputs of a network that adapts are, in this order: the scores of the model's own head,
//! those of the head for adaptation, and one for the detector of speech if there is one
//! ([`ModelConfig::output_count`](crate::ModelConfig::output_count)).

use super::config::AdaptationConfig;
use super::voice::{Evidence, Voice};
use crate::outputs::Outputs;

impl AdaptationConfig {
    /// Return what a recording tells about its voice, from the network's outputs for its windows
    /// with speech, `output_count` values each. `seconds` is the time that these cover. `None`
    /// without windows.
    ///
    /// # Panics
    /// If a row is shorter than the scores of both heads.
    pub fn evidence_of<'a>(
        &self,
        windows: impl Iterator<Item = &'a [f32]>,
        seconds: f64,
    ) -> Option<Evidence> {
        let classes = self.classes();
        let scores = windows.map(|outputs| wide(&outputs[classes..2 * classes]));
        self.evidence(scores, seconds)
    }

    /// Return the prediction for a window of a voice, from the network's outputs for it. With an
    /// empty profile it is the prediction for the window alone.
    ///
    /// # Panics
    /// If the row is shorter than the scores of both heads.
    pub fn row(&self, outputs: &Outputs, window: &[f32], voice: &Voice) -> Vec<f32> {
        if voice.recordings() == 0 {
            return outputs.row(window);
        }
        let classes = self.classes();
        let sharing = outputs.log_sharing();
        let own: Vec<f64> = wide(&window[..classes])
            .iter()
            .zip(&sharing)
            .map(|(score, sharing)| (score + sharing) / self.temperature[0])
            .collect();
        let adapted = self.adapted(&own, &wide(&window[classes..2 * classes]), voice);
        let scores = adapted.iter().zip(&sharing);
        let scores: Vec<f32> = scores.map(|(score, it)| (score - it) as f32).collect();
        outputs.row(&scores)
    }
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|value| f64::from(*value)).collect()
}
