//! Which part of an encoder each parameter belongs to.

use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::tensor::Tensor;

use super::Encoder;

/// The parameters of an encoder by the parts that training treats differently.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EncoderParts {
    /// What stands before the transformer: convolutions, projection, positions, a norm.
    pub features: Vec<ParamId>,
    /// Its layers, the first first. A layer norm behind the last layer counts to that.
    pub layers: Vec<Vec<ParamId>>,
}

impl Encoder {
    /// The ids of all parameters by part.
    pub fn parts(&self) -> EncoderParts {
        let mut sorter = Sorter::default();
        self.visit(&mut sorter);
        let mut parts = sorter.parts;
        match parts.layers.last_mut() {
            Some(last) if self.has_last_norm() => last.extend(sorter.norm),
            _ => parts.features.extend(sorter.norm),
        }
        parts
    }
}

#[derive(Default)]
struct Sorter {
    path: Vec<String>,
    parts: EncoderParts,
    norm: Vec<ParamId>,
}

impl ModuleVisitor for Sorter {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        // The first segment is the variant of the encoder.
        match self.path.get(1).map(String::as_str) {
            Some("layers") => {
                let index = self.path.get(2).and_then(|index| index.parse().ok());
                let index: usize = index.unwrap_or_default();
                if self.parts.layers.len() <= index {
                    self.parts.layers.resize(index + 1, Vec::new());
                }
                self.parts.layers[index].push(param.id);
            }
            Some("norm") => self.norm.push(param.id),
            _ => self.parts.features.push(param.id),
        }
    }
}
