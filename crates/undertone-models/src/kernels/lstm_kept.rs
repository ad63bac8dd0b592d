//! The tensors for the gradients of one direction of an LSTM layer.

use burn::backend::Backend;
use burn::backend::tensor::FloatTensor;

/// The inputs and results of one direction of an LSTM layer, which its gradients need.
#[derive(Debug, Clone)]
pub(crate) struct LstmKept<B: Backend> {
    /// `[batch, steps, width]`
    pub(super) input: FloatTensor<B>,
    /// `[width, 4 * units]`
    pub(super) input_weight: FloatTensor<B>,
    /// `[units, 4 * units]`
    pub(super) hidden_weight: FloatTensor<B>,
    /// `[batch, steps, units]`
    pub(super) states: FloatTensor<B>,
    /// Behind their activation, `[batch, steps, 4 * units]`.
    pub(super) gates: FloatTensor<B>,
    /// `[batch, steps, units]`
    pub(super) cells: FloatTensor<B>,
    pub(super) reversed: bool,
}

/// The gradients by the arguments of one direction of an LSTM layer.
pub(crate) struct LstmGradients<B: Backend> {
    pub(super) input: FloatTensor<B>,
    pub(super) input_weight: FloatTensor<B>,
    pub(super) hidden_weight: FloatTensor<B>,
    pub(super) bias: FloatTensor<B>,
}
