//! The layers of a transformer, one behind the other.

use super::layer::{Buffer, Layer};
use super::norm::Norm;
use crate::kernels::column_panels::Panels;
use crate::kernels::cores::Cores;

/// The layers of a transformer.
#[derive(Debug)]
pub(crate) struct Stack {
    pub(crate) layers: Vec<Layer>,
    /// Behind the last layer.
    pub(crate) norm: Option<Norm>,
}

impl Stack {
    /// Return the layers with weights of 8-bit integers.
    pub(crate) fn in_int8(&self) -> Self {
        Self {
            layers: self.layers.iter().map(Layer::in_int8).collect(),
            norm: self.norm.clone(),
        }
    }

    /// Run the layers on the steps of a clip. Return their input and the output of each, row by
    /// row; the last one through the norm, if there is one.
    pub(crate) fn hidden_states(&self, mut states: Panels, cores: Cores<'_>) -> Vec<Vec<f32>> {
        let mut buffer = Buffer::default();
        let mut all = Vec::with_capacity(self.layers.len() + 1);
        for layer in &self.layers {
            all.push(states.to_rows(cores));
            layer.apply(&mut states, &mut buffer, cores);
        }
        if let Some(norm) = &self.norm {
            norm.apply(&mut states, cores);
        }
        all.push(states.to_rows(cores));
        all
    }
}
