//! The options of a convolution block.

/// The options of a convolution block. Pairs are height and width.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ConvBlockOptions {
    /// Positions that one output of the convolution depends on; odd.
    pub(crate) kernel_size: [usize; 2],
    /// Max-pooling over this many positions.
    pub(crate) pool: [usize; 2],
    /// If there is one, channels are normalized to mean 0 and variance 1 over the batch, and this
    /// is added to the variance.
    pub(crate) epsilon: Option<f64>,
    /// Share of outputs that are dropped, 0 up to but not including 1.
    pub(crate) dropout: f64,
}

impl ConvBlockOptions {
    /// Return the factor of the outputs that are not dropped.
    pub(super) fn kept_scale(&self) -> f32 {
        (1.0 / (1.0 - self.dropout)) as f32
    }
}
