//! The clips of a corpus with their features.

use std::borrow::Cow;

use undertone_audio::{FeatureMatrix, SampleHash};

use super::spill::{Spill, StoredMatrix};
use super::store::ClipFeatures;
use crate::error::LabError;

/// The features of one clip and of its perturbed copies, in memory or in a temporary file.
#[derive(Debug)]
pub(crate) struct Clip {
    /// A hash of the recording's samples, equal for lossless copies.
    pub(crate) sound: SampleHash,
    /// The clip's windows, not standardized. The first begins where the trimmed clip begins.
    pub(crate) windows: Vec<StoredMatrix>,
    /// The first window of each perturbed copy.
    pub(crate) copies: Vec<StoredMatrix>,
}

impl Clip {
    /// Store the features of a clip.
    ///
    /// # Errors
    /// If the temporary file cannot be written.
    pub(crate) fn new(features: ClipFeatures, spill: &Spill) -> Result<Self, LabError> {
        let keep = |matrices: Vec<FeatureMatrix>| {
            let matrices = matrices.into_iter();
            matrices.map(|it| spill.keep(it)).collect::<Result<_, _>>()
        };
        Ok(Self {
            sound: features.sound,
            windows: keep(features.windows)?,
            copies: keep(features.copies)?,
        })
    }

    /// Return the features of the first window.
    ///
    /// # Errors
    /// If the temporary file cannot be read.
    pub(crate) fn first_window(&self) -> Result<Cow<'_, FeatureMatrix>, LabError> {
        self.windows[0].read()
    }

    fn matrices(&self) -> impl Iterator<Item = &StoredMatrix> {
        self.windows.iter().chain(&self.copies)
    }
}

/// The size of features in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FeatureBytes {
    pub(crate) in_memory: usize,
    pub(crate) in_file: usize,
}

impl FeatureBytes {
    /// Return the size of the features of clips.
    pub(crate) fn of<'c>(clips: impl Iterator<Item = &'c Clip>) -> Self {
        let (mut in_memory, mut in_file) = (0, 0);
        for matrix in clips.flat_map(Clip::matrices) {
            match matrix.is_in_memory() {
                true => in_memory += matrix.bytes(),
                false => in_file += matrix.bytes(),
            }
        }
        Self { in_memory, in_file }
    }
}

/// Return the number of windows of each clip, and the windows of all clips in order. Each is read
/// when it is taken.
pub(crate) fn windows(
    clips: &[&Clip],
) -> (
    Vec<usize>,
    impl Iterator<Item = Result<FeatureMatrix, LabError>>,
) {
    let counts = clips.iter().map(|clip| clip.windows.len()).collect();
    let windows = clips.iter().flat_map(|clip| &clip.windows);
    (counts, windows.map(|it| Ok(it.read()?.into_owned())))
}
