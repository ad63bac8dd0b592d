//! The tensors of all that stands behind an encoder, under the names and in the layout that
//! `transformers` gives them.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};

use super::network::PretrainedNetwork;
use super::source::PretrainedError;
use crate::checkpoint::Checkpoint;
use crate::weights::is_part_of_name;

/// A tensor as `transformers` names it and PyTorch lays it out.
pub(super) struct HeadTensor {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f32>,
}

/// All tensors of a network but its encoder's, batch norm folded in.
pub(super) fn of(network: &PretrainedNetwork) -> Vec<HeadTensor> {
    let folded = network.clone().with_head(network.head().folded());
    let mut collector = Collector::default();
    folded.visit(&mut collector);
    collector.tensors
}

/// A network with a checkpoint's tensors in all its parts but the encoder.
pub(super) fn load_into(
    network: PretrainedNetwork,
    checkpoint: &Checkpoint,
) -> Result<PretrainedNetwork, PretrainedError> {
    let mut loader = Loader {
        path: Vec::new(),
        checkpoint,
        failure: None,
        complaints: Vec::new(),
    };
    let network = network.map(&mut loader);
    if let Some(failure) = loader.failure {
        return Err(failure);
    }
    if loader.complaints.is_empty() {
        Ok(network)
    } else {
        Err(PretrainedError::Head {
            path: checkpoint.path().to_owned(),
            message: loader.complaints.join("; "),
        })
    }
}

/// The name of a parameter of ours in a checkpoint; `None` for the encoder's.
fn stored_name(path: &[String]) -> Option<String> {
    match path {
        [first, ..] if first == "encoder" => None,
        [head, layer, rest @ ..] if head == "head" => {
            let layer = if layer == "output" {
                "classifier"
            } else {
                layer
            };
            Some([&[layer.to_owned()], rest].concat().join("."))
        }
        other => Some(other.join(".")),
    }
}

#[derive(Default)]
struct Collector {
    path: Vec<String>,
    tensors: Vec<HeadTensor>,
}

impl ModuleVisitor for Collector {
    fn enter_module(&mut self, name: &str, container: &str) {
        if is_part_of_name(container) {
            self.path.push(name.to_owned());
        }
    }

    fn exit_module(&mut self, _name: &str, container: &str) {
        if is_part_of_name(container) {
            self.path.pop();
        }
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(name) = stored_name(&self.path) {
            // PyTorch keeps a linear layer's weight as [out, in].
            let value = if D == 2 {
                param.val().transpose()
            } else {
                param.val()
            };
            let data = value.into_data();
            self.tensors.push(HeadTensor {
                name,
                shape: data.shape().iter().copied().collect(),
                values: data.iter::<f32>().collect(),
            });
        }
    }
}

struct Loader<'a> {
    path: Vec<String>,
    checkpoint: &'a Checkpoint,
    failure: Option<PretrainedError>,
    complaints: Vec<String>,
}

impl Loader<'_> {
    /// A tensor's values, if it is there and of that shape.
    fn read(&mut self, name: &str, expected: &[usize]) -> Option<Vec<f32>> {
        match self.checkpoint.shape(name) {
            None => self
                .complaints
                .push(format!("missing tensor `{name}` of shape {expected:?}")),
            Some(found) if found != expected => self.complaints.push(format!(
                "tensor `{name}` has shape {found:?}, expected {expected:?}"
            )),
            Some(_) => match self.checkpoint.read(name) {
                Ok(values) => return Some(values),
                Err(error) => self.failure = Some(error.into()),
            },
        }
        None
    }
}

impl ModuleMapper for Loader<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        if is_part_of_name(container) {
            self.path.push(name.to_owned());
        }
    }

    fn exit_module(&mut self, _name: &str, container: &str) {
        if is_part_of_name(container) {
            self.path.pop();
        }
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(name) = stored_name(&self.path) else {
            return param;
        };
        let mut shape: Vec<usize> = param.lazy_shape().iter().copied().collect();
        if D == 2 {
            shape.reverse();
        }
        let Some(values) = self.read(&name, &shape) else {
            return param;
        };
        let device = param.lazy_device();
        let mut tensor = Tensor::<D>::from_data(TensorData::new(values, shape), &device);
        if D == 2 {
            tensor = tensor.transpose();
        }
        let id = param.id;
        param.transform_for_load(tensor, id)
    }
}
