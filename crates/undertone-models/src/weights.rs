//! A network's weights as named tensors in a safetensors file.
//!
//! Names are the paths of the fields, for instance `lstm.layers.0.forward.input_weight`. Loading
//! checks every name and shape before it changes anything, and says all that does not fit.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use thiserror::Error;

/// Named tensors: 32-bit floats with their shape.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Weights {
    tensors: BTreeMap<String, NamedTensor>,
}

#[derive(Debug, Clone, PartialEq)]
struct NamedTensor {
    shape: Vec<usize>,
    values: Vec<f32>,
}

/// Why weights could not be read or do not fit.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// The bytes are not a safetensors file.
    #[error("not a safetensors file: {0}")]
    Format(#[from] safetensors::SafeTensorError),
    /// A tensor of a type other than 32-bit float.
    #[error("tensor `{name}` has type {found}, expected F32")]
    Type {
        /// The tensor.
        name: String,
        /// Its type in the file.
        found: String,
    },
    /// A NaN or an infinity.
    #[error("tensor `{name}` holds values that are not finite")]
    NotFinite {
        /// The tensor.
        name: String,
    },
    /// Names or shapes differ from the network's.
    #[error("the weights do not fit the network:\n  {}", .0.join("\n  "))]
    Mismatch(Vec<String>),
}

impl Weights {
    /// All parameters and running statistics of `module`.
    pub fn of<M: Module>(module: &M) -> Self {
        let mut collector = Collector::default();
        module.visit(&mut collector);
        collector.weights
    }

    /// Reads a safetensors file's bytes.
    ///
    /// # Errors
    /// On bytes in another format, other types than F32, and values that are not finite.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WeightsError> {
        let file = SafeTensors::deserialize(bytes)?;
        let mut weights = Self::default();
        for (name, view) in file.iter() {
            if view.dtype() != Dtype::F32 {
                return Err(WeightsError::Type {
                    name: name.to_owned(),
                    found: format!("{:?}", view.dtype()),
                });
            }
            let (chunks, _) = view.data().as_chunks::<4>();
            let values: Vec<f32> = chunks
                .iter()
                .map(|bytes| f32::from_le_bytes(*bytes))
                .collect();
            if !values.iter().all(|value| value.is_finite()) {
                return Err(WeightsError::NotFinite {
                    name: name.to_owned(),
                });
            }
            weights.insert(name, view.shape(), values);
        }
        Ok(weights)
    }

    /// The bytes of a safetensors file, the same for the same weights.
    ///
    /// # Errors
    /// If safetensors refuses the tensors.
    pub fn to_bytes(&self) -> Result<Vec<u8>, WeightsError> {
        let data: Vec<(&String, &[usize], Vec<u8>)> = self
            .tensors
            .iter()
            .map(|(name, tensor)| {
                let bytes = tensor
                    .values
                    .iter()
                    .flat_map(|value| value.to_le_bytes())
                    .collect();
                (name, tensor.shape.as_slice(), bytes)
            })
            .collect();
        let mut views = Vec::with_capacity(data.len());
        for (name, shape, bytes) in &data {
            views.push((
                name.as_str(),
                TensorView::new(Dtype::F32, shape.to_vec(), bytes)?,
            ));
        }
        Ok(safetensors::serialize(views, None)?)
    }

    /// Adds or replaces a tensor. `values` are row-major; their number is the product of `shape`.
    pub fn insert(&mut self, name: &str, shape: &[usize], values: Vec<f32>) {
        debug_assert_eq!(shape.iter().product::<usize>(), values.len());
        self.tensors.insert(
            name.to_owned(),
            NamedTensor {
                shape: shape.to_vec(),
                values,
            },
        );
    }

    /// Takes a tensor out by name: its shape and its values.
    pub fn take(&mut self, name: &str) -> Option<(Vec<usize>, Vec<f32>)> {
        self.tensors
            .remove(name)
            .map(|tensor| (tensor.shape, tensor.values))
    }

    /// All tensors' names and values, row-major, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[f32])> {
        let tensors = self.tensors.iter();
        tensors.map(|(name, tensor)| (name.as_str(), tensor.values.as_slice()))
    }

    /// Moves every value a `share` (0 to 1) of the way to another set's value: with a small share
    /// a step, an exponential moving average. Tensors that `other` lacks stay as they are.
    pub fn approach(&mut self, other: &Self, share: f32) {
        for (name, tensor) in &mut self.tensors {
            if let Some(target) = other.tensors.get(name) {
                for (value, target) in tensor.values.iter_mut().zip(&target.values) {
                    *value += share * (target - *value);
                }
            }
        }
    }

    /// `module` with these weights in place of its own.
    ///
    /// # Errors
    /// [`WeightsError::Mismatch`] with every missing, superfluous and misshapen tensor.
    pub fn load_into<M: Module>(self, module: M) -> Result<M, WeightsError> {
        let mut loader = Loader {
            path: Vec::new(),
            weights: self,
            complaints: Vec::new(),
        };
        let module = module.map(&mut loader);
        let mut complaints = loader.complaints;
        complaints.extend(
            loader
                .weights
                .tensors
                .keys()
                .map(|name| format!("unexpected tensor `{name}`")),
        );
        if complaints.is_empty() {
            Ok(module)
        } else {
            Err(WeightsError::Mismatch(complaints))
        }
    }
}

/// Names are paths of fields; Burn also announces which variant of an enum it visits.
pub(crate) fn is_part_of_name(container: &str) -> bool {
    !container.starts_with("Enum:")
}

#[derive(Default)]
struct Collector {
    path: Vec<String>,
    weights: Weights,
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
        let data = param.val().into_data();
        let shape: Vec<usize> = data.shape().iter().copied().collect();
        let values = data.iter::<f32>().collect();
        self.weights.insert(&self.path.join("."), &shape, values);
    }
}

struct Loader {
    path: Vec<String>,
    weights: Weights,
    complaints: Vec<String>,
}

impl ModuleMapper for Loader {
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
        let name = self.path.join(".");
        let expected: Vec<usize> = param.lazy_shape().iter().copied().collect();
        match self.weights.take(&name) {
            None => self
                .complaints
                .push(format!("missing tensor `{name}` of shape {expected:?}")),
            Some((found, _)) if found != expected => self.complaints.push(format!(
                "tensor `{name}` has shape {found:?}, the network expects {expected:?}"
            )),
            Some((shape, values)) => {
                let device = param.lazy_device();
                let tensor = Tensor::from_data(TensorData::new(values, shape), &device);
                let id = param.id;
                return param.transform_for_load(tensor, id);
            }
        }
        param
    }
}
