//! What a model is loaded for.

/// What a model is loaded for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be trained, written or used.
    Any,
    /// To be used only: the weights of an encoder are read into the order in which the CPU computes
    /// fastest.
    Inference,
}
