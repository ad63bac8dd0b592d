//! The batches of a step with their targets, ready for the network.

use burn::tensor::Device;
use rand::RngExt;
use undertone_models::Batch;

use super::batches::{rng_at, view};
use super::task::Task;
use crate::error::LabError;
use crate::prepare::Clip;

/// A step that only needs the network.
pub(super) struct Prepared {
    /// The seed of the network's dropout.
    pub(super) seed: u64,
    pub(super) batches: Vec<Batch>,
    /// The targets of the clips of all batches.
    pub(super) targets: Vec<Vec<f32>>,
}

impl Task<'_> {
    /// Augment the clips of step `index` of an epoch and stack them on `device`. The result follows
    /// from the arguments, so it may be computed at any time and on any thread. It copies numbers
    /// to the device and computes nothing there: the step before it may hold the gradients' graph.
    ///
    /// # Errors
    /// If features cannot be read from their temporary file.
    pub(super) fn prepared(
        &self,
        clips: &[usize],
        (epoch, index): (usize, usize),
        class_weights: &[f32],
        device: &Device,
    ) -> Result<Prepared, LabError> {
        let mut rng = rng_at(self.seed, epoch, index + 1);
        let seed = rng.random();
        let own: Vec<&Clip> = clips.iter().map(|it| self.data.train.clips[*it]).collect();
        let view = view(
            &own,
            self.data.statistics.as_ref(),
            self.augmentation,
            &mut rng,
        )?;
        let batches = view.features.chunks(self.training.batch_size);
        Ok(Prepared {
            seed,
            batches: batches.map(|it| Batch::of(it, device)).collect(),
            targets: self.targets(clips, &view, class_weights),
        })
    }
}
