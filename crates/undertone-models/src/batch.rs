//! Clips of different lengths, side by side in one tensor.

use burn::tensor::{Device, Tensor, TensorData};

/// A batch of inputs for an encoder.
#[derive(Debug, Clone)]
pub struct Batch {
    /// `[batch, bands, frames]`: log-mel frames, or a waveform's samples as frames of one band.
    /// What lies beyond a clip's own frames is padding, and has no influence on any result.
    pub values: Tensor<3>,
    /// Each clip's own frames, which are its first; at most the tensor's.
    pub lengths: Vec<usize>,
}

impl Batch {
    /// Waveforms padded with zeros to the longest; `[clips, 1, samples]`.
    ///
    /// Samples are in the unit that the encoder was trained with: often each clip is standardised
    /// to mean 0 and variance 1, see [`PreprocessorConfig`](crate::PreprocessorConfig).
    pub fn of_waveforms<S: AsRef<[f32]>>(clips: &[S], device: &Device) -> Self {
        let lengths: Vec<usize> = clips.iter().map(|clip| clip.as_ref().len()).collect();
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let mut values = vec![0.0; clips.len() * longest];
        for (row, clip) in values.chunks_exact_mut(longest.max(1)).zip(clips) {
            row[..clip.as_ref().len()].copy_from_slice(clip.as_ref());
        }
        Self {
            values: Tensor::from_data(TensorData::new(values, [clips.len(), 1, longest]), device),
            lengths,
        }
    }
}
