//! A weight in panels, and where it is read from.

use half::f16;
use rayon::prelude::*;

use super::element::Element;
use super::int8::Int8Panels;
use super::matrix::{Panels, WIDTH};

/// A weight, `[inputs, outputs]`.
#[derive(Debug, Clone)]
pub(crate) enum Weight {
    F32(Panels),
    /// As the checkpoint has it: half of the memory, and less to read for each product.
    F16(Panels<f16>),
    Int8(Int8Panels),
}

/// Where a weight, `[inputs, outputs]`, is read from. Several threads read panels at once.
pub(crate) trait WeightSource<T>: Sync {
    /// Why it cannot be read.
    type Error: Send;

    /// Return the numbers of inputs and outputs.
    fn size(&self) -> [usize; 2];

    /// Read a panel, `[inputs, WIDTH]`. `buffer` is for any use. Columns that fill up the last
    /// panel stay as they are.
    fn read(&self, panel: usize, to: &mut [T], buffer: &mut Vec<T>) -> Result<(), Self::Error>;
}

impl<T: Element> Panels<T> {
    /// Read weights with the same inputs on all cores, and put their outputs side by side.
    ///
    /// # Panics
    /// If their inputs differ, or the outputs of any but the last do not fill whole panels.
    pub(crate) fn side_by_side<S: WeightSource<T>>(sources: &[S]) -> Result<Self, S::Error> {
        let inputs = sources.first().map_or(0, |source| source.size()[0]);
        let mut places = Vec::new();
        let mut outputs = 0;
        for source in sources {
            let [own_inputs, own_outputs] = source.size();
            let fits = own_inputs == inputs && outputs % WIDTH == 0;
            assert!(fits, "weights side by side");
            places.extend((0..own_outputs.div_ceil(WIDTH)).map(|panel| (source, panel)));
            outputs += own_outputs;
        }
        let mut panels = Self::zeros(inputs, outputs);
        panels
            .par_each_mut()
            .zip(&places)
            .try_for_each_init(Vec::new, |buffer, (to, (source, panel))| {
                source.read(*panel, to, buffer)
            })?;
        Ok(panels)
    }
}

impl Weight {
    /// Return the weight of a kernel of `taps` frames, or of a linear layer with one, in 8-bit
    /// integers. `None` if it has no such form.
    pub(crate) fn in_int8(&self, taps: usize) -> Option<Self> {
        match self {
            Self::F32(panels) => Int8Panels::of(panels, taps).map(Self::Int8),
            Self::F16(panels) => Int8Panels::of(panels, taps).map(Self::Int8),
            Self::Int8(_) => None,
        }
    }

    /// Return the number of inputs.
    pub(crate) fn inputs(&self) -> usize {
        match self {
            Self::F32(panels) => panels.rows(),
            Self::F16(panels) => panels.rows(),
            Self::Int8(panels) => panels.depth(),
        }
    }
}
