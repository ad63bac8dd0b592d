//! Between a network's parameters and the tensors of a checkpoint.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};
use thiserror::Error;

use super::config::EncoderConfigError;
use super::layout::Layout;
use super::weight_norm;
use crate::checkpoint::{Checkpoint, CheckpointError, FloatType, write_safetensors};

/// How many complaints an error's text holds.
const TOLD: usize = 20;

/// A tensor as `transformers` names it and PyTorch lays it out.
#[derive(Debug, Clone)]
pub struct NamedTensor {
    pub(super) name: String,
    pub(super) layout: Layout,
    /// In our order.
    pub(super) tensor: Tensor<1>,
}

impl NamedTensor {
    /// For instance `wav2vec2.encoder.layers.0.attention.k_proj.weight`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Sizes, outermost first.
    pub fn shape(&self) -> &[usize] {
        &self.layout.shape
    }

    /// Values in row-major order; as many as the product of the shape.
    pub fn values(&self) -> Vec<f32> {
        let ours = self.tensor.to_data().iter::<f32>().collect();
        self.layout.to_theirs(ours)
    }
}

/// Writes tensors, each in its type, into a safetensors file, one at a time, as `transformers`
/// loads them.
///
/// # Errors
/// As [`write_safetensors`].
pub fn write_tensors(
    path: &Path,
    tensors: &[(&NamedTensor, FloatType)],
) -> Result<(), CheckpointError> {
    let by_name: BTreeMap<&str, &NamedTensor> = tensors
        .iter()
        .map(|(tensor, _)| (tensor.name(), *tensor))
        .collect();
    let shapes = tensors
        .iter()
        .map(|(tensor, float_type)| {
            let shape = tensor.shape().to_vec();
            (tensor.name().to_owned(), (shape, *float_type))
        })
        .collect();
    write_safetensors(path, &shapes, |name| by_name[name].values())
}

/// An encoder that could not be loaded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EncoderError {
    /// The configuration cannot work.
    #[error(transparent)]
    Config(#[from] EncoderConfigError),
    /// The checkpoint cannot be read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// More layers are wanted than there are.
    #[error("{wanted} layers are wanted of an encoder that has {available}")]
    Layers {
        /// How many are wanted.
        wanted: usize,
        /// How many there are.
        available: usize,
    },
    /// Tensors are missing or have other shapes.
    #[error("{} does not fit its config.json:\n  {}", path.display(), told(.complaints))]
    Mismatch {
        /// The checkpoint.
        path: PathBuf,
        /// One a tensor.
        complaints: Vec<String>,
    },
}

fn told(complaints: &[String]) -> String {
    let mut text = complaints[..complaints.len().min(TOLD)].join("\n  ");
    if complaints.len() > TOLD {
        text += &format!("\n  and {} more", complaints.len() - TOLD);
    }
    text
}

/// What a family of checkpoints calls the parameters of its network.
pub(crate) struct Names {
    /// What may stand before all names; what is written stands behind the first.
    pub(crate) prefixes: &'static [&'static str],
    /// Segments of a parameter's path that have another name in checkpoints, or none: "".
    pub(crate) renamed: &'static [(&'static str, &'static str)],
}

impl Names {
    fn of(&self, path: &[String]) -> String {
        let rename = |segment: &String| {
            let renamed = self.renamed.iter().find(|(ours, _)| ours == segment);
            renamed.map_or_else(|| segment.clone(), |(_, theirs)| (*theirs).to_owned())
        };
        let segments = path
            .iter()
            .map(rename)
            .filter(|segment| !segment.is_empty());
        segments.collect::<Vec<_>>().join(".")
    }
}

/// Fills `module` from a checkpoint, tensor by tensor, after all names and shapes were checked.
pub(crate) fn load<M: Module>(
    module: M,
    checkpoint: &Checkpoint,
    names: &Names,
) -> Result<M, EncoderError> {
    let mut expected = Expected {
        path: Vec::new(),
        names,
        tensors: Vec::new(),
    };
    module.visit(&mut expected);
    let found = |prefix: &&str| {
        let is_there = |(name, _): &&(String, Layout)| {
            weight_norm::stored(checkpoint, &format!("{prefix}{name}")).is_some()
        };
        expected.tensors.iter().filter(is_there).count()
    };
    // The first of equals, if none fits at all.
    let prefix = names.prefixes.iter().rev().copied().max_by_key(found);
    let prefix = prefix.unwrap_or_default();
    let complaints: Vec<String> = expected
        .tensors
        .iter()
        .filter_map(|(name, layout)| complaint(checkpoint, &format!("{prefix}{name}"), layout))
        .collect();
    if !complaints.is_empty() {
        return Err(EncoderError::Mismatch {
            path: checkpoint.path().to_owned(),
            complaints,
        });
    }
    let mut loader = Loader {
        path: Vec::new(),
        names,
        prefix,
        checkpoint,
        failure: None,
    };
    let module = module.map(&mut loader);
    match loader.failure {
        Some(failure) => Err(failure.into()),
        None => Ok(module),
    }
}

/// All tensors of `module`, with `prefix` before their names.
pub(crate) fn export<M: Module>(module: &M, names: &Names, prefix: &str) -> Vec<NamedTensor> {
    let mut exporter = Exporter {
        path: Vec::new(),
        names,
        prefix,
        tensors: Vec::new(),
    };
    module.visit(&mut exporter);
    exporter.tensors
}

/// What is wrong with a tensor of the checkpoint.
fn complaint(checkpoint: &Checkpoint, name: &str, layout: &Layout) -> Option<String> {
    let expected = &layout.shape;
    let Some(stored) = weight_norm::stored(checkpoint, name) else {
        return Some(format!("missing tensor `{name}` of shape {expected:?}"));
    };
    let mismatch = stored
        .shapes(expected)
        .into_iter()
        .find_map(|(name, expected)| {
            let found = checkpoint.shape(&name)?;
            (found != expected).then(|| (name, expected, found.to_vec()))
        });
    mismatch.map(|(name, expected, found)| {
        format!("tensor `{name}` has shape {found:?}, expected {expected:?}")
    })
}

/// Collects the names and layouts of all tensors that a module needs.
struct Expected<'a> {
    path: Vec<String>,
    names: &'a Names,
    tensors: Vec<(String, Layout)>,
}

impl ModuleVisitor for Expected<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let name = self.names.of(&self.path);
        let layout = Layout::of(&name, &param.lazy_shape());
        self.tensors.push((name, layout));
    }
}

/// Puts a checkpoint's tensors into a module; stops reading at the first failure.
struct Loader<'a> {
    path: Vec<String>,
    names: &'a Names,
    prefix: &'a str,
    checkpoint: &'a Checkpoint,
    failure: Option<CheckpointError>,
}

impl ModuleMapper for Loader<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if self.failure.is_some() {
            return param;
        }
        let name = format!("{}{}", self.prefix, self.names.of(&self.path));
        let shape = param.lazy_shape();
        let layout = Layout::of(&name, &shape);
        match weight_norm::read(self.checkpoint, &name, &layout.shape) {
            Err(failure) => {
                self.failure = Some(failure);
                param
            }
            Ok(values) => {
                let data = TensorData::new(layout.to_ours(values), shape);
                let tensor = Tensor::from_data(data, &param.lazy_device());
                let id = param.id;
                param.transform_for_load(tensor, id)
            }
        }
    }
}

struct Exporter<'a> {
    path: Vec<String>,
    names: &'a Names,
    prefix: &'a str,
    tensors: Vec<NamedTensor>,
}

impl ModuleVisitor for Exporter<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let name = format!("{}{}", self.prefix, self.names.of(&self.path));
        let tensor = param.val();
        let values = tensor.shape().num_elements();
        let tensor = NamedTensor {
            layout: Layout::of(&name, &tensor.dims()),
            tensor: tensor.reshape([values]),
            name,
        };
        self.tensors.extend(weight_norm::split(tensor));
    }
}
