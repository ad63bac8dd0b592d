//! Named tensors in memory, and the bytes of a safetensors file.

use std::collections::{BTreeMap, BTreeSet};

use burn::module::Module;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::error::WeightsError;
use super::parameters::{map_parameters, visit_parameters};

/// Named tensors: 32-bit floats with their shape.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Weights {
    tensors: BTreeMap<String, Values>,
}

#[derive(Debug, Clone, PartialEq)]
struct Values {
    shape: Vec<usize>,
    values: Vec<f32>,
}

impl Weights {
    /// Return all parameters and running statistics of `module`.
    pub fn of<M: Module>(module: &M) -> Self {
        let mut weights = Self::default();
        visit_parameters(module, |parameter| {
            let data = (parameter.tensor)().into_data();
            // The iterator converts one value at a time.
            let values = match data.as_slice::<f32>() {
                Ok(values) => values.to_vec(),
                Err(_) => data.iter::<f32>().collect(),
            };
            weights.insert(&parameter.name, &parameter.shape, values);
        });
        weights
    }

    /// Read the bytes of a safetensors file.
    ///
    /// # Errors
    /// On bytes in another format, other types than F32, and values that are not finite.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WeightsError> {
        if bytes.is_empty() {
            return Err(WeightsError::Empty);
        }
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

    /// Return the bytes of a safetensors file. Equal weights give equal bytes.
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

    /// Add or replace a tensor. `values` are row-major; their number is the product of `shape`.
    pub fn insert(&mut self, name: &str, shape: &[usize], values: Vec<f32>) {
        debug_assert_eq!(shape.iter().product::<usize>(), values.len());
        let shape = shape.to_vec();
        self.tensors
            .insert(name.to_owned(), Values { shape, values });
    }

    /// Remove a tensor, and return its shape and its values.
    pub fn take(&mut self, name: &str) -> Option<(Vec<usize>, Vec<f32>)> {
        self.tensors
            .remove(name)
            .map(|tensor| (tensor.shape, tensor.values))
    }

    /// Iterate over the names and values of all tensors, sorted by name. Values are row-major.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[f32])> {
        let tensors = self.tensors.iter();
        tensors.map(|(name, tensor)| (name.as_str(), tensor.values.as_slice()))
    }

    /// Move every value towards the value of `module` by a `share` (0 to 1) of the distance. With a
    /// small share per step, this is an exponential moving average. Tensors that `module` lacks
    /// stay as they are.
    pub fn approach<M: Module>(&mut self, module: &M, share: f32) {
        visit_parameters(module, |parameter| {
            if let Some(tensor) = self.tensors.get_mut(&parameter.name) {
                let data = (parameter.tensor)().into_data();
                match data.as_slice::<f32>() {
                    Ok(target) => approach(&mut tensor.values, target, share),
                    Err(_) => {
                        let target: Vec<f32> = data.iter().collect();
                        approach(&mut tensor.values, &target, share);
                    }
                }
            }
        });
    }

    /// Return `module` with these weights in place of its own.
    ///
    /// # Errors
    /// [`WeightsError::Mismatch`] with every tensor that is missing, unexpected or of another
    /// shape.
    pub fn load_into<M: Module>(mut self, module: M) -> Result<M, WeightsError> {
        let mut expected = BTreeSet::new();
        let mut complaints = Vec::new();
        visit_parameters(&module, |parameter| {
            let (name, shape) = (parameter.name, parameter.shape);
            match self.tensors.get(&name) {
                None => complaints.push(format!("missing tensor `{name}` of shape {shape:?}")),
                Some(Values { shape: found, .. }) if *found != shape => complaints.push(format!(
                    "tensor `{name}` has shape {found:?}, the network expects {shape:?}"
                )),
                Some(_) => {}
            }
            expected.insert(name);
        });
        let unexpected = self.tensors.keys().filter(|name| !expected.contains(*name));
        complaints.extend(unexpected.map(|name| format!("unexpected tensor `{name}`")));
        if !complaints.is_empty() {
            return Err(WeightsError::Mismatch(complaints));
        }
        Ok(map_parameters(module, |name| {
            self.take(name).map(|(_, values)| values)
        }))
    }
}

fn approach(values: &mut [f32], target: &[f32], share: f32) {
    for (value, target) in values.iter_mut().zip(target) {
        *value += share * (target - *value);
    }
}
