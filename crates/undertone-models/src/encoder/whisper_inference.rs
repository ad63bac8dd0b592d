//! Whisper's encoder without gradients, clip by clip.

use std::sync::Arc;

use burn::module::Module;

use super::inference::batched;
use super::steps::{HiddenStates, own_frames};
use crate::batch::Batch;
use crate::kernels::{Cores, Dense, Operand, Panels, Stack, Then, with_values};

/// The frames of the kernel of each convolution.
const KERNEL: usize = 3;

/// Whisper's encoder without its decoder, for inference. It has no parameters of Burn: it cannot be
/// trained or written. Clones share the weights.
#[derive(Module, Debug)]
pub struct WhisperInference {
    /// Of three frames each, the second one with a stride of 2.
    #[module(skip)]
    pub(super) convolutions: Arc<[Dense; 2]>,
    /// `[positions, width]`
    #[module(skip)]
    pub(super) positions: Arc<[f32]>,
    #[module(skip)]
    pub(super) stack: Arc<Stack>,
    pub(super) bands: usize,
}

impl WhisperInference {
    /// Return the network with weights of 8-bit integers. The first convolution keeps its floats:
    /// it is small, and reads the loudness of the clip.
    pub(super) fn in_int8(&self) -> Self {
        let [first, second] = &*self.convolutions;
        Self {
            convolutions: [first.clone(), second.in_int8(KERNEL)].into(),
            positions: Arc::clone(&self.positions),
            stack: Arc::new(self.stack.in_int8()),
            bands: self.bands,
        }
    }

    pub(super) fn hidden_states(&self, batch: &Batch) -> HiddenStates {
        let (values, frames) = own_frames(batch, self.bands, 1);
        let [clips, bands, longest] = values.dims();
        let device = values.device();
        let lengths: Vec<usize> = frames.iter().map(|own| own.div_ceil(2)).collect();
        let states = with_values(values, |values| {
            Cores::for_clips(clips, |clip, cores| {
                let clip_values = &values[clip * bands * longest..][..bands * longest];
                let frames = Panels::from_columns_with_margin(clip_values, longest, frames[clip]);
                self.stack
                    .hidden_states(self.first_states(&frames, cores), cores)
            })
        });
        HiddenStates {
            states: batched(states, &lengths, &device),
            lengths,
        }
    }

    /// Compute the input of the first layer from the frames of a clip, between rows of zeros.
    fn first_states(&self, frames: &Panels, cores: Cores<'_>) -> Panels {
        let [first, second] = &*self.convolutions;
        let mut inner = Panels::zeros(frames.rows(), first.outputs());
        first.apply_between_margins(
            Operand::windows(frames, KERNEL, 1),
            Then::Gelu,
            cores,
            &mut inner,
        );
        let mut states = Panels::default();
        second.apply(
            Operand::windows(&inner, KERNEL, 2),
            Then::Gelu,
            cores,
            &mut states,
        );
        let width = states.columns();
        assert!(
            states.rows() * width <= self.positions.len(),
            "a clip is longer than the encoder's positions"
        );
        states.add_rows(&self.positions, cores);
        states
    }
}
