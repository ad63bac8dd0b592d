//! Clips that pass through a network together.

use burn::tensor::{Device, Tensor, TensorData};
use undertone_audio::FeatureMatrix;

/// Clips of one batch; zeros follow the shorter ones.
#[derive(Debug, Clone)]
pub struct Batch {
    /// `[batch, bands, frames]`; a waveform is one band whose frames are samples.
    pub values: Tensor<3>,
    /// The number of frames of each clip. The rest is padding, which never changes a result.
    pub lengths: Vec<usize>,
}

impl Batch {
    /// Stack feature matrices with the same number of bands.
    ///
    /// # Panics
    /// If there are none, or their numbers of bands differ.
    pub fn of(features: &[FeatureMatrix], device: &Device) -> Self {
        let bands = features[0].bands;
        let lengths: Vec<usize> = features.iter().map(|matrix| matrix.frames).collect();
        let frames = lengths.iter().copied().max().unwrap_or_default();
        let mut values = vec![0.0; features.len() * bands * frames];
        for (matrix, clip) in features
            .iter()
            .zip(values.chunks_exact_mut((bands * frames).max(1)))
        {
            assert_eq!(matrix.bands, bands, "bands differ in one batch");
            let rows = matrix.values.chunks_exact(matrix.frames.max(1));
            for (row, padded) in rows.zip(clip.chunks_exact_mut(frames)) {
                padded[..row.len()].copy_from_slice(row);
            }
        }
        Self {
            values: Tensor::from_data(
                TensorData::new(values, [features.len(), bands, frames]),
                device,
            ),
            lengths,
        }
    }
}
