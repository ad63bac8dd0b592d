//! The frames and steps of each clip in a batch that is as long as its longest clip.

use burn::tensor::{Bool, Device, Tensor, TensorData};

use crate::batch::Batch;

/// The output of an encoder for a batch, layer by layer.
#[derive(Debug, Clone)]
pub struct HiddenStates {
    /// The input of the first transformer layer, then the output of every layer in order, each
    /// `[batch, steps, width]`, as `transformers` returns them with `output_hidden_states=True`.
    /// Values beyond the steps of a clip have no meaning.
    pub states: Vec<Tensor<3>>,
    /// The number of steps of each clip, at least 1.
    pub lengths: Vec<usize>,
}

/// Cut the batch to its longest clip, fill it up to at least `shortest` frames, and set the frames
/// beyond the end of each clip to zero. Return it with the lengths of the clips, at least
/// `shortest`.
///
/// # Panics
/// If there is no clip, if the lengths do not fit the tensor, or if its bands are not `bands`.
pub(super) fn own_frames(batch: &Batch, bands: usize, shortest: usize) -> (Tensor<3>, Vec<usize>) {
    let [clips, found, frames] = batch.values.dims();
    assert!(
        clips > 0 && clips == batch.lengths.len(),
        "clips of the batch"
    );
    assert_eq!(found, bands, "bands of the batch");
    let longest = batch
        .lengths
        .iter()
        .fold(0, |longest, own| longest.max(*own));
    assert!(longest <= frames, "a clip is longer than its tensor");

    if longest == 0 {
        let silence = Tensor::zeros([clips, bands, shortest], &batch.values.device());
        return (silence, vec![shortest; clips]);
    }
    let mut values = batch.values.clone().narrow(2, 0, longest);
    if let Some(beyond) = beyond_own(&batch.lengths, longest, &values.device()) {
        values = values.mask_fill(beyond.unsqueeze_dim(1), 0.0);
    }
    if longest < shortest {
        let rest = Tensor::zeros([clips, bands, shortest - longest], &values.device());
        values = Tensor::cat(vec![values, rest], 2);
    }
    let lengths = batch
        .lengths
        .iter()
        .map(|own| *own.max(&shortest))
        .collect();
    (values, lengths)
}

/// Return which of the first `steps` are beyond the end of each clip, `[clips, steps]`; `None` if
/// none is, so that the work on them can be left out.
pub(super) fn beyond_own(
    lengths: &[usize],
    steps: usize,
    device: &Device,
) -> Option<Tensor<2, Bool>> {
    if lengths.iter().all(|own| *own >= steps) {
        return None;
    }
    let beyond: Vec<bool> = lengths
        .iter()
        .flat_map(|own| (0..steps).map(move |step| step >= *own))
        .collect();
    let data = TensorData::new(beyond, [lengths.len(), steps]);
    Some(Tensor::from_data(data, device))
}

/// Set the steps of `[clips, steps, width]` beyond the end of each clip to zero.
pub(super) fn zero_beyond(states: Tensor<3>, beyond: Option<&Tensor<2, Bool>>) -> Tensor<3> {
    match beyond {
        Some(beyond) => states.mask_fill(beyond.clone().unsqueeze_dim(2), 0.0),
        None => states,
    }
}

/// Compute the mean over the steps of each clip: `[clips, steps, width]` → `[clips, 1, width]`.
pub(super) fn own_mean(states: Tensor<3>, lengths: &[usize]) -> Tensor<3> {
    let [clips, steps, _] = states.dims();
    let device = states.device();
    let Some(beyond) = beyond_own(lengths, steps, &device) else {
        return states.mean_dim(1);
    };
    let counts: Vec<f32> = lengths.iter().map(|own| *own as f32).collect();
    let counts = Tensor::from_data(TensorData::new(counts, [clips, 1, 1]), &device);
    zero_beyond(states, Some(&beyond)).sum_dim(1) / counts
}
