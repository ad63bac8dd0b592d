//! A layer of a transformer, from panels to panels.

use super::attention::{Buffers, attend};
use super::dense::{Dense, Then};
use super::norm::Norm;
use crate::kernels::column_panels::{Operand, Panels, WIDTH};
use crate::kernels::cores::Cores;

/// Self-attention and a feed-forward network, each with a layer norm and a residual connection.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) heads: usize,
    /// The projection to queries, keys and values, side by side.
    pub(crate) projection: Dense,
    pub(crate) output: Dense,
    pub(crate) attention_norm: Norm,
    pub(crate) inner: Dense,
    pub(crate) outer: Dense,
    pub(crate) final_norm: Norm,
    /// Whether the norms stand before attention and feed-forward (pre-norm) or behind them.
    pub(crate) norm_first: bool,
}

/// The matrices between the operations of a layer. The layers of a clip share them.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    normed: Panels,
    projected: Panels,
    attended: Panels,
    inner: Panels,
}

impl Layer {
    /// Return whether heads of this width fill whole panels, as [`Layer::apply`] needs them.
    pub(crate) fn fits(head_width: usize) -> bool {
        head_width > 0 && head_width.is_multiple_of(WIDTH)
    }

    /// Return the layer with weights of 8-bit integers.
    pub(crate) fn in_int8(&self) -> Self {
        Self {
            heads: self.heads,
            projection: self.projection.in_int8(1),
            output: self.output.in_int8(1),
            attention_norm: self.attention_norm.clone(),
            inner: self.inner.in_int8(1),
            outer: self.outer.in_int8(1),
            final_norm: self.final_norm.clone(),
            norm_first: self.norm_first,
        }
    }

    /// Run the layer on the steps of a clip.
    pub(crate) fn apply(&self, states: &mut Panels, buffer: &mut Buffer, cores: Cores<'_>) {
        let Buffer {
            normed,
            projected,
            attended,
            inner,
        } = buffer;
        let width = states.columns();
        let input = self.input(&self.attention_norm, states, normed, cores);
        self.projection
            .apply(Operand::all(input), Then::Store, cores, projected);
        let size = projected.size();
        attended.resize(states.rows(), width);
        let panels = width / self.heads / WIDTH;
        let (projected, heads) = (&*projected, self.heads);
        cores.each_chunk(
            attended.values_mut(),
            panels * size,
            |head, to, buffers: &mut Buffers| attend(projected, heads, panels, head, to, buffers),
        );
        self.output
            .apply(Operand::all(attended), Then::Add, cores, states);
        if !self.norm_first {
            self.attention_norm.apply(states, cores);
        }
        let input = self.input(&self.final_norm, states, normed, cores);
        self.inner
            .apply(Operand::all(input), Then::Gelu, cores, inner);
        self.outer
            .apply(Operand::all(inner), Then::Add, cores, states);
        if !self.norm_first {
            self.final_norm.apply(states, cores);
        }
    }

    /// Return what an operation reads: the states through the norm before it, if there is one.
    fn input<'a>(
        &self,
        norm: &Norm,
        states: &'a Panels,
        normed: &'a mut Panels,
        cores: Cores<'_>,
    ) -> &'a Panels {
        if !self.norm_first {
            return states;
        }
        norm.apply_to(states, normed, cores);
        normed
    }
}
