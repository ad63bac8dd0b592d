//! The parameters of a module in a checkpoint, checked but not yet read.

use std::collections::BTreeMap;

use burn::module::{Module, ParamId};
use rayon::prelude::*;

use super::checkpoint::Checkpoint;
use super::error::CheckpointError;
use super::layout::Layout;
use super::parameters::{map_parameters, visit_parameters};
use super::stored_parameter;
use super::stored_weight::StoredWeight;

/// Where a checkpoint has each parameter of a module.
pub(crate) struct StoredParameters<'a> {
    checkpoint: &'a Checkpoint,
    places: BTreeMap<ParamId, Place>,
}

/// Where a checkpoint has a parameter.
struct Place {
    name: String,
    layout: Layout,
}

impl<'a> StoredParameters<'a> {
    /// Find the parameters of a module, and check all names and shapes. `name_of` turns the name of
    /// a parameter into its name in the checkpoint.
    ///
    /// # Errors
    /// [`CheckpointError::Mismatch`] with every tensor that is missing or has another shape.
    pub(crate) fn find<M: Module>(
        module: &M,
        checkpoint: &'a Checkpoint,
        name_of: impl Fn(&str) -> String,
    ) -> Result<Self, CheckpointError> {
        let mut complaints = Vec::new();
        let mut places = BTreeMap::new();
        visit_parameters(module, |parameter| {
            let name = name_of(&parameter.name);
            let layout = Layout::of(&name, &parameter.shape);
            complaints.extend(complaint(checkpoint, &name, &layout.shape));
            places.insert(parameter.id, Place { name, layout });
        });
        if complaints.is_empty() {
            return Ok(Self { checkpoint, places });
        }
        Err(CheckpointError::Mismatch {
            path: checkpoint.path().to_owned(),
            complaints,
        })
    }

    /// Read the parameters of `module`, on all cores. It is the module whose parameters were found,
    /// or a part of it.
    ///
    /// # Errors
    /// If a value is not finite, and if the file cannot be read.
    pub(crate) fn fill<M: Module>(&self, module: M) -> Result<M, CheckpointError> {
        let mut parameters = Vec::new();
        visit_parameters(&module, |it| parameters.push((it.name, it.id)));
        let read: Vec<_> = parameters
            .into_par_iter()
            .with_max_len(1)
            .map(|(name, id)| Ok((name, self.values(id)?)))
            .collect();
        let mut values: BTreeMap<String, Vec<f32>> = read.into_iter().collect::<Result<_, _>>()?;
        Ok(map_parameters(module, |name| values.remove(name)))
    }

    /// Read the values of a parameter in our order.
    ///
    /// # Errors
    /// As [`StoredParameters::fill`].
    pub(crate) fn values(&self, id: ParamId) -> Result<Vec<f32>, CheckpointError> {
        let Place { name, layout } = self.place(id)?;
        stored_parameter::read(self.checkpoint, name, layout)
    }

    /// Open the weight of a linear layer, or of a convolution that is not in groups.
    ///
    /// # Errors
    /// As [`StoredParameters::fill`].
    pub(crate) fn weight(&self, id: ParamId) -> Result<StoredWeight<'_>, CheckpointError> {
        let Place { name, layout } = self.place(id)?;
        let (tensor, first) = stored_parameter::open(self.checkpoint, name, layout)?;
        Ok(StoredWeight::new(tensor, first, &layout.shape))
    }

    fn place(&self, id: ParamId) -> Result<&Place, CheckpointError> {
        let place = self.places.get(&id);
        place.ok_or_else(|| CheckpointError::NoTensor {
            path: self.checkpoint.path().to_owned(),
            name: id.to_string(),
        })
    }
}

/// Describe the mistake in a tensor of the checkpoint, if there is one.
fn complaint(checkpoint: &Checkpoint, name: &str, expected: &[usize]) -> Option<String> {
    let Some(stored) = stored_parameter::stored(checkpoint, name) else {
        return Some(format!("missing tensor `{name}` of shape {expected:?}"));
    };
    stored
        .shapes(expected)
        .into_iter()
        .find_map(|(name, expected)| {
            let found = checkpoint.shape(&name)?;
            (found != expected)
                .then(|| format!("tensor `{name}` has shape {found:?}, expected {expected:?}"))
        })
}
