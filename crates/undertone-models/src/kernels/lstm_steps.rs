//! The two directions of an LSTM's pass over its steps, which have a version of their own on some
//! back end.

use burn::backend::Backend;
use burn::backend::tensor::FloatTensor;

use super::lstm_kept::{LstmGradients, LstmKept};
use super::lstm_plain;

/// The way forward and the way back through a sequence.
pub(crate) trait LstmSteps: Backend {
    /// Compute the hidden states, the gates behind their activation, `[batch, steps, 4 * units]`,
    /// and the cell states. The arguments are those of [`lstm`](super::lstm()).
    fn lstm_run(
        input: FloatTensor<Self>,
        input_weight: FloatTensor<Self>,
        hidden_weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        reversed: bool,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        lstm_plain::run::<Self>(input, input_weight, hidden_weight, bias, reversed)
    }

    /// Compute the gradients, given the one by the hidden states.
    fn lstm_gradients(gradient: FloatTensor<Self>, kept: LstmKept<Self>) -> LstmGradients<Self> {
        lstm_plain::gradients::<Self>(gradient, kept)
    }
}
